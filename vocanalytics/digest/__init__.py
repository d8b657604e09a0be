"""What the CX lead reads: published tables in, pages out. Counts nothing itself."""
