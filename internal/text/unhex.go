package text

import (
	"encoding/hex"
	"strings"
)

// Unhex returns the bytes that s spells as hexadecimal digits, with 0x before them or without, or as
// a UUID in any of its forms: 6ba7b810-9dad-11d1-80b4-00c04fd430c8, in braces, or behind urn:uuid:. ok
// is false for any other text, and for none.
func Unhex(s string) (b []byte, ok bool) {
	digits := strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X")
	if strings.Contains(s, "-") {
		uuid := strings.TrimPrefix(strings.ToLower(s), "urn:uuid:")
		if len(uuid) == 38 && uuid[0] == '{' && uuid[37] == '}' {
			uuid = uuid[1:37]
		}
		if digits = strings.ReplaceAll(uuid, "-", ""); len(uuid) != 36 || len(digits) != 32 ||
			uuid[8] != '-' || uuid[13] != '-' || uuid[18] != '-' || uuid[23] != '-' {
			return nil, false
		}
	}
	b, err := hex.DecodeString(digits)
	return b, err == nil && len(b) > 0
}
