module treaty

go 1.26.5

require golang.org/x/text v0.43.0 // indirect

require github.com/sergi/go-diff v1.4.0
