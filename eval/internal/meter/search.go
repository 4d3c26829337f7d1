package meter

import "strings"

const (
	// SearchStep is how many bytes of a text are searched between two ticks: half a millisecond
	// of the worst text.
	SearchStep = 64 << 10
	// MaxHead is how many bytes of a text are looked for at once. The rest is compared where
	// these were found, so that the meter looks also where each of many places needs a long
	// comparison.
	MaxHead = 1 << 10
)

// BytesPerStep is how many bytes are copied or compared in one step, some nanoseconds. Searching
// and converting take a step for each byte.
const BytesPerStep = 16

// Index is strings.Index.
func (m *Meter) Index(s, part string) (int, error) {
	if len(s) <= SearchStep && len(part) <= MaxHead {
		return strings.Index(s, part), m.Tick(1 + len(s)/BytesPerStep)
	}
	head := part[:min(len(part), MaxHead)]
	for at := 0; at+len(part) <= len(s); {
		window := s[at:min(len(s), at+SearchStep+len(head))]
		i := strings.Index(window, head)
		if i < 0 {
			at += SearchStep
			i = len(window)
		} else if at += i; len(head) == len(part) {
			return at, m.Tick(1 + i)
		}
		if err := m.Tick(1 + i); err != nil {
			return -1, err
		}
		if i < len(window) {
			if same, err := m.HasPrefix(s[at:], part); same || err != nil {
				return at, err
			}
			at++
		}
	}
	return -1, nil
}

// LastIndex is strings.LastIndex.
func (m *Meter) LastIndex(s, part string) (int, error) {
	head := part[:min(len(part), MaxHead)]
	for last := len(s) - len(part); last >= 0; {
		from := max(0, last-SearchStep)
		window := s[from : last+len(head)]
		i := strings.LastIndex(window, head)
		if err := m.Tick(1 + len(window) - max(i, 0)); err != nil {
			return -1, err
		}
		if i < 0 {
			last = from - 1
			continue
		}
		if same, err := m.HasPrefix(s[from+i:], part); same || err != nil {
			return from + i, err
		}
		last = from + i - 1
	}
	return -1, nil
}

// Contains is strings.Contains.
func (m *Meter) Contains(s, part string) (bool, error) {
	at, err := m.Index(s, part)
	return at >= 0, err
}

// HasPrefix is strings.HasPrefix.
func (m *Meter) HasPrefix(s, part string) (bool, error) {
	if len(part) > len(s) {
		return false, nil
	}
	return m.SameText(s[:len(part)], part)
}

// HasSuffix is strings.HasSuffix.
func (m *Meter) HasSuffix(s, part string) (bool, error) {
	if len(part) > len(s) {
		return false, nil
	}
	return m.SameText(s[len(s)-len(part):], part)
}

// SameText is a == b.
func (m *Meter) SameText(a, b string) (bool, error) {
	if len(a) != len(b) || len(a) < MaxHead {
		return a == b, nil
	}
	for len(a) > 0 {
		n := min(len(a), SearchStep)
		if err := m.Tick(n / BytesPerStep); err != nil || a[:n] != b[:n] {
			return false, err
		}
		a, b = a[n:], b[n:]
	}
	return true, nil
}

// CompareText is strings.Compare.
func (m *Meter) CompareText(a, b string) (int, error) {
	for len(a) > SearchStep && len(b) > SearchStep && a[:SearchStep] == b[:SearchStep] {
		if err := m.Tick(SearchStep / BytesPerStep); err != nil {
			return 0, err
		}
		a, b = a[SearchStep:], b[SearchStep:]
	}
	return strings.Compare(a, b), m.Tick(min(len(a), len(b), SearchStep) / BytesPerStep)
}

// Hashed counts the work of hashing and comparing a text that is the key of a map.
func (m *Meter) Hashed(key string) error {
	if len(key) < MaxHead {
		return nil
	}
	return m.Tick(len(key) / BytesPerStep)
}
