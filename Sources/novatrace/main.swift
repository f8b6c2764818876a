print("novatrace")
