package access

import (
	"fmt"
	"strings"
	"sync"
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
		list, byName, shown := make([]any, n), map[string]any{}, 0
		o := new(struct {
			List   []any
			ByName map[string]any
			Synced sync.Map
		})
		for i := range list {
			if list[i] = fmt.Sprint("plain ", i); i%5 == first {
				list[i] = password("hunter2")
			}
			key := []string{"entry ", "pin "}[i%2] + fmt.Sprint(i)
			byName[key] = fmt.Sprint("plain ", i)
			var content any = byName[key]
			if i%10 == 6 {
				content = password("hunter2")
			}
			o.Synced.Store(key, content)
		}
		o.List, o.ByName = list, byName
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
		vis, root = lookAt(t, o)
		readLanes(t, vis, must(t, root, ".Synced"), 65, func(pos, lane int, key *View, col *inspect.Column) {
			k, _, err := key.Plain()
			name := fmt.Sprint(k)
			tells := strings.HasPrefix(name, "pin") || strings.HasSuffix(name, "6")
			switch bad := col.Bad.Has(lane); {
			case err != nil || tells && !bad:
				t.Errorf("%q was read, %v", name, err)
			case !bad:
				shown++
			}
			read++
		})
		if shown == 0 {
			t.Error("no element of a sync.Map was read")
		}
		if read != 3*n {
			t.Errorf("%d lanes, want %d", read, 2*n)
		}
	}
}
