module treaty

go 1.26.5

require github.com/sergi/go-diff v1.4.0
