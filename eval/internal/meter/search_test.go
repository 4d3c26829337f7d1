package meter_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/internal/attack"
)

// TestSearch: what lies across two pieces of a text is found, as is what is at its ends.
func TestSearch(t *testing.T) {
	m := meter.New(context.Background(), meter.Budget{Time: time.Hour, Entries: math.MaxInt, Bytes: math.MaxInt})
	texts := []string{strings.Repeat("a", 3*meter.SearchStep+7), strings.Repeat("ab", meter.SearchStep), strings.Repeat("lorem ipsum dolor, ", meter.SearchStep/9), "abc", ""}
	if !attack.Long() {
		texts[0] = texts[0][:meter.SearchStep+7]
		texts = slices.Delete(texts, 1, 2)
	}
	for _, text := range texts {
		parts := []string{"", "a", "ab", "ba", "xyz", text, text + "a", strings.Repeat("a", 2*meter.MaxHead), strings.Repeat("ab", meter.MaxHead) + "x"}
		for _, at := range []int{0, 1, meter.SearchStep - 1, meter.SearchStep, meter.SearchStep + 1, 2*meter.SearchStep - 2, len(text) - 3} {
			if at < 0 || at+3 > len(text) {
				continue
			}
			marked := text[:at] + "xyz" + text[at+3:]
			for _, part := range append(parts, "xyz", "xyy", marked[max(0, at-2*meter.MaxHead):], marked[:at+2], marked[at:]) {
				m.Count(1 << 30)
				if got, err := m.Index(marked, part); got != strings.Index(marked, part) || err != nil {
					t.Errorf("xyz at %d of %d, a part of %d: %d, %v", at, len(text), len(part), got, err)
				}
				if got, err := m.LastIndex(marked, part); got != strings.LastIndex(marked, part) || err != nil {
					t.Errorf("from the end, xyz at %d of %d, a part of %d: %d, %v", at, len(text), len(part), got, err)
				}
			}
		}
		for _, part := range parts {
			m.Count(1 << 30)
			if got, err := m.Index(text, part); got != strings.Index(text, part) || err != nil {
				t.Errorf("%d in %d: %d, %v", len(part), len(text), got, err)
			}
			if got, err := m.LastIndex(text, part); got != strings.LastIndex(text, part) || err != nil {
				t.Errorf("%d in %d, from the end: %d, %v", len(part), len(text), got, err)
			}
			for _, other := range append(texts, text+"a", text[:len(text)/2]+"b") {
				if same, err := m.SameText(text, other); same != (text == other) || err != nil {
					t.Errorf("%d == %d: %v, %v", len(text), len(other), same, err)
				}
				if o, err := m.CompareText(text, other); o != strings.Compare(text, other) || err != nil {
					t.Errorf("%d compared with %d: %v, %v", len(text), len(other), o, err)
				}
			}
		}
	}
}
