package text

import "strconv"

// Thousands writes n with a comma between every three digits.
func Thousands(n int) string { return Group(strconv.Itoa(n)) }

// Group puts a comma between every three digits of an integer, which may have a minus sign.
func Group(digits string) string {
	first := 0
	if len(digits) > 0 && digits[0] == '-' {
		first = 1
	}
	for i := len(digits) - 3; i > first; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Bytes writes a number of bytes, in MiB or KiB if that is a whole number.
func Bytes(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return Thousands(n>>20) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return Thousands(n>>10) + " KiB"
	}
	return Thousands(n) + " bytes"
}
