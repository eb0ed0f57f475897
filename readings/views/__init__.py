"""The pages of readings, by what one does there: overview (see), entry (write), table (look up, correct), importing."""
