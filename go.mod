module treaty

go 1.26.5
