"""The roof of HomeLog: it wires the other apps and decides nothing."""

VERSION = "0.1.0"
