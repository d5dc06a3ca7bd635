package scan

import "strings"

// carried tells of an extended attribute that is no loss: labels and capabilities are the system's.
func carried(name string) bool {
	return !strings.HasPrefix(name, "user.") && !strings.HasPrefix(name, "system.posix_acl_")
}
