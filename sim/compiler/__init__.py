"""The compiler of the model: numba, what a function is compiled for, and where its machine code is kept."""
