"""The models of the course, one family a file. Each file holds the algorithm and nothing else."""
