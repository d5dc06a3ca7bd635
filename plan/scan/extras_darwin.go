package scan

// carried tells of an extended attribute that is no loss: what macOS puts on files by itself.
func carried(name string) bool {
	switch name {
	case "com.apple.provenance", "com.apple.quarantine", "com.apple.macl", "com.apple.lastuseddate#PS":
		return true
	}
	return false
}
