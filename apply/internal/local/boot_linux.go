package local

import (
	"os"
	"strings"
)

// bootID tells one boot of this machine from another; "" where that cannot be known.
func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}
