"""What pages and the API show, read from the store as typed values: one file a subject."""
