"""`/api/v1`: the same figures as the pages, for programs. One file a subject; each makes a router."""
