module treaty

go 1.26.5

require (
	golang.org/x/sys v0.49.0
	golang.org/x/text v0.43.0
)

require pgregory.net/rapid v1.3.0
