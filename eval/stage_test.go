package eval

import (
	"fmt"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestStagesOfManyBatches: what a filter leaves has its positions in every batch, and not those of the batch before.
func TestStagesOfManyBatches(t *testing.T) {
	o := &struct{ List []int }{List: make([]int, 400)}
	for i := range o.List {
		o.List[i] = i * i % 401 // as many pass in no two batches
	}
	reg := registry.New()
	reg.Expose("o", o, registry.Frozen())
	many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
	slow.single = true
	for _, filter := range []string{"# % 3 == 0", "# > 200", "# > 40 or # % 2 == 0", "not (# < 390)"} {
		for _, form := range []string{
			"findIndex(filter(o.List, %s), # == o.List[397])", "map(filter(o.List, %s), #index)", "sum(filter(o.List, %s), #index)", "len(filter(filter(o.List, %s), # > 100))",
			"findIndex(filter(filter(o.List, # != 1), %s), # == o.List[399])", "take(filter(o.List, %s), 100)", "sum(map(filter(o.List, %s), # * 2))", "top(filter(o.List, %s), 5, #)",
		} {
			source := fmt.Sprintf(form, filter)
			want := everything(t, slow, source)
			for _, many.lanes = range []int{1, 7, 63, 64, 65, 130, 0} {
				if got := everything(t, many, source); got != want {
					t.Errorf("%s in %d lanes:\n%s\nwant\n%s", source, many.lanes, got, want)
				}
			}
		}
	}
}
