"""The pictures in the pages: what each chat shows of a real talk. `make pictures` makes them anew."""
