package access

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// password is hidden by the name of its type.
type password string

// TestEveryTypeIsAsked: what interfaces hold is read in batches only where policy allows it for its type, whatever it
// allows for the types beside it, and whichever of them was met first.
func TestEveryTypeIsAsked(t *testing.T) {
	const n = 130
	for first := range 2 {
		list, byName := make([]any, n), map[string]any{}
		for i := range list {
			if list[i] = fmt.Sprint("plain ", i); i%5 == first {
				list[i] = password("hunter2")
			}
			byName[[]string{"entry ", "pin "}[i%2]+fmt.Sprint(i)] = fmt.Sprint("plain ", i)
		}
		o := &struct {
			List   []any
			ByName map[string]any
		}{list, byName}
		vis, root := lookAt(t, o)
		read := 0
		readLanes(t, vis, must(t, root, ".List"), 65, func(pos, lane int, _ *View, col *inspect.Column) {
			if hidden := pos%5 == first; hidden != col.Bad.Has(lane) {
				t.Errorf("element %d is bad: %v", pos, !hidden)
			}
			read++
		})
		vis, root = lookAt(t, o)
		readLanes(t, vis, must(t, root, ".ByName"), 65, func(pos, lane int, key *View, col *inspect.Column) {
			k, _, err := key.Plain()
			if tells := strings.HasPrefix(k.(string), "pin"); err != nil || tells != col.Bad.Has(lane) {
				t.Errorf("%q is bad: %v, %v", k, !tells, err)
			}
			read++
		})
		if read != 2*n {
			t.Errorf("%d lanes, want %d", read, 2*n)
		}
	}
}
