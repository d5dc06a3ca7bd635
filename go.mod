module treaty

go 1.26.5

require (
	golang.org/x/crypto v0.58.0
	golang.org/x/text v0.43.0
)

require github.com/sergi/go-diff v1.4.0

require github.com/santhosh-tekuri/jsonschema/v5 v5.3.1

require golang.org/x/sys v0.49.0

require pgregory.net/rapid v1.3.0
