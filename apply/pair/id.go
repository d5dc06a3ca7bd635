package pair

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// uuid7 is an RFC 9562 UUID of version 7: it sorts by the millisecond that it was made in.
func uuid7(now time.Time, random func([]byte) (int, error)) string {
	var b [16]byte
	// crypto/rand.Read never fails; it ends the process rather than return weak bytes.
	_, _ = random(b[6:])
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(now.UnixMilli()))
	copy(b[:6], ms[2:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// newID is the id of a plan that is made now.
func newID(now time.Time) string { return uuid7(now, rand.Read) }
