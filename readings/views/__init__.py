"""The pages of readings, by what one does there: overview (see), entry (write down), table (look up, correct), importing."""
