package eval

import "strings"

const (
	// searchStep is how much of a text is searched between two ticks: in the worst of texts half a millisecond.
	searchStep = 64 << 10
	// maxHead is how much of a text is looked for by itself, before all of it is compared with what was found: where each
	// of many places needs a long comparison, the meter looks at each.
	maxHead = 1 << 10
)

// A step of the meter is some nanoseconds of work: sixteen bytes that are copied or compared, one byte that is searched
// or converted.
const bytesPerStep = 16

// index is strings.Index, and can be stopped.
func (f *frame) index(s, part string) (int, error) {
	if len(s) <= searchStep && len(part) <= maxHead {
		return strings.Index(s, part), f.m.tick(1 + len(s)/bytesPerStep)
	}
	head := part[:min(len(part), maxHead)]
	for at := 0; at+len(part) <= len(s); {
		window := s[at:min(len(s), at+searchStep+len(head))]
		i := strings.Index(window, head)
		if i < 0 {
			at += searchStep
			i = len(window)
		} else if at += i; len(head) == len(part) {
			return at, f.m.tick(1 + i)
		}
		if err := f.m.tick(1 + i); err != nil {
			return -1, err
		}
		if i < len(window) {
			if same, err := f.begins(s[at:], part); same || err != nil {
				return at, err
			}
			at++
		}
	}
	return -1, nil
}

// lastIndex is strings.LastIndex, and can be stopped.
func (f *frame) lastIndex(s, part string) (int, error) {
	head := part[:min(len(part), maxHead)]
	for last := len(s) - len(part); last >= 0; {
		from := max(0, last-searchStep)
		window := s[from : last+len(head)]
		i := strings.LastIndex(window, head)
		if err := f.m.tick(1 + len(window) - max(i, 0)); err != nil {
			return -1, err
		}
		if i < 0 {
			last = from - 1
			continue
		}
		if same, err := f.begins(s[from+i:], part); same || err != nil {
			return from + i, err
		}
		last = from + i - 1
	}
	return -1, nil
}

// begins reports whether s begins with part, and can be stopped.
func (f *frame) begins(s, part string) (bool, error) {
	if len(part) > len(s) {
		return false, nil
	}
	return f.sameText(s[:len(part)], part)
}

// ends reports whether s ends with part, and can be stopped.
func (f *frame) ends(s, part string) (bool, error) {
	if len(part) > len(s) {
		return false, nil
	}
	return f.sameText(s[len(s)-len(part):], part)
}

// sameText is a == b of two texts, and can be stopped.
func (f *frame) sameText(a, b string) (bool, error) {
	if len(a) != len(b) || len(a) < maxHead {
		return a == b, nil
	}
	for len(a) > 0 {
		n := min(len(a), searchStep)
		if err := f.m.tick(n / bytesPerStep); err != nil || a[:n] != b[:n] {
			return false, err
		}
		a, b = a[n:], b[n:]
	}
	return true, nil
}

// compareText is strings.Compare, and can be stopped.
func (f *frame) compareText(a, b string) (int, error) {
	for len(a) > searchStep && len(b) > searchStep && a[:searchStep] == b[:searchStep] {
		if err := f.m.tick(searchStep / bytesPerStep); err != nil {
			return 0, err
		}
		a, b = a[searchStep:], b[searchStep:]
	}
	return strings.Compare(a, b), f.m.tick(min(len(a), len(b), searchStep) / bytesPerStep)
}
