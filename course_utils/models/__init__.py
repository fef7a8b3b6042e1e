"""The models of the course, one family per file. Each file has the algorithm and nothing else."""
