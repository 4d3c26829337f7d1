package library

import (
	"cmp"
	"fmt"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "deadlocks", Reads: Streams, Run: deadlocks,
		Summary: "goroutines that wait for each other's locks, as likely holders tell", Example: `deadlocks()`},
})

// maxHeldUp bounds the locks that are told of beside deadlocks.
const maxHeldUp = 10

// deadlocks is deadlocks(): [{goroutines: [{id, top, wait, blocked, waitsFor, likely, function}],
// behind, doubt}], a row for each ring of goroutines, those that nothing speaks against first.
func deadlocks(f *machine.Frame, _ []value.Value) (value.Value, error) {
	all, err := f.Visit.Goroutines()
	if err != nil {
		return nil, notExposed(err, "deadlocks")
	}
	if !all.Stacks {
		return nil, fault.New("unreadable", "who holds a lock is not known on this machine, which keeps no frame pointers").
			With("waiting(x) tells who waits for x")
	}
	kept := f.Kept()
	found, err := f.Visit.Deadlocks()
	if err != nil {
		return nil, err
	}
	page := &render.Page{Gap: 2}
	var rows []*render.Node
	nodes := 0
	for _, r := range found.Rings {
		rows = append(rows, ringRecord(r))
		nodes += 4 + 8*len(r.Steps)
		writeRing(page, r)
	}
	page.Text(lookedAt(found), render.NameRole)
	writeHeldUp(page, found)
	f.Release(kept)
	return &value.Snapshot{Node: records(rows), Page: page}, f.Keep(value.NodeSize(nodes))
}

func ringRecord(r *access.Ring) *render.Node {
	var steps []*render.Node
	for _, st := range r.Steps {
		steps = append(steps, record(field{"id", st.ID()}, field{"top", st.Top()}, field{"wait", st.Wait()}, field{"blocked", st.Blocked()},
			field{"waitsFor", cmp.Or(st.On.Path, st.On.Address)}, field{"likely", st.Holder.ID()}, field{"function", st.Holder.Function}))
	}
	return record(field{"goroutines", records(steps)}, field{"behind", r.Behind}, field{"doubt", r.Doubt})
}

func writeRing(page *render.Page, r *access.Ring) {
	head := "likely a deadlock: "
	if r.Doubt != "" {
		head = "perhaps a deadlock: "
	}
	if len(r.Steps) == 1 {
		head += "a goroutine waits for a lock that it holds itself"
	} else {
		head += text.Thousands(len(r.Steps)) + " goroutines wait for each other"
	}
	if r.Behind > 0 {
		head += fmt.Sprintf(", and %s more behind", text.Thousands(r.Behind))
	}
	page.Text(head, render.NameRole)
	if r.Doubt != "" {
		page.Text("  but "+r.Doubt, render.NoteRole)
	}
	for _, st := range r.Steps {
		line := fmt.Sprintf("  goroutine %d waits for %s: %s in %s", st.ID(), st.On.Name(), st.Wait(), text.ShortPaths(st.Top()))
		page.Text(line+longSince(st.Blocked()), render.PlainRole)
		page.Text("    "+likelyHolder(st), render.TypeRole)
	}
}

// likelyHolder says why the next goroutine of a ring may hold what the one of st waits for.
func likelyHolder(st access.Step) string {
	h := &st.Holder
	if h.Writer {
		return fmt.Sprintf("goroutine %d is a writer that waits for its turn, and who comes later waits for it", h.ID())
	}
	who := fmt.Sprintf("likely holder: goroutine %d", h.ID())
	if h.Goroutine == st.Goroutine {
		who += " itself"
	}
	if n := len(st.On.Likely) - 1; n > 0 && !st.On.Readers {
		who += " or one of " + text.Thousands(n) + " more"
	}
	return fmt.Sprintf("%s; %s stands in the frame of %s", who, mentionOf(h, st.On.AtStart), text.ShortPaths(h.Function))
}

// mentionOf says what of a lock stands in a frame of who may hold it.
func mentionOf(h *access.Holder, atStart bool) string {
	switch {
	case h.Around:
		return "the address of its struct"
	case atStart:
		return "its address, which is that of its struct,"
	}
	return "its address"
}

// lookedAt says what deadlocks was told of.
func lookedAt(d *access.Deadlocks) string {
	if d.Waiting == 0 {
		return "no deadlock: none of " + counted(d.Looked, "goroutine") + " waits for a lock"
	}
	said := fmt.Sprintf("%s of %s %s for %s", text.Thousands(d.Waiting), counted(d.Looked, "goroutine"),
		map[bool]string{true: "waits", false: "wait"}[d.Waiting == 1], counted(len(d.Locks), "lock"))
	if len(d.Rings) == 0 {
		return "no deadlock found: " + said
	}
	return said
}

// writeHeldUp tells of the locks that are in no ring, and of who may hold these.
func writeHeldUp(page *render.Page, d *access.Deadlocks) {
	var rows [][]string
	more := 0
	for _, h := range d.Locks {
		switch {
		case h.InRing():
		case len(rows) == maxHeldUp:
			more++
		default:
			rows = append(rows, []string{"  " + h.Name(), text.Count(len(h.Waiters), "waits", "wait"), heldUpBy(h)})
		}
	}
	if len(rows) > 0 {
		page.Columns(rows, render.Column{Role: render.NameRole}, render.Column{Role: render.NumberRole}, render.Column{Role: render.TypeRole})
	}
	if more > 0 {
		page.Text("  … "+counted(more, "more lock"), render.NoteRole)
	}
}

func heldUpBy(h *access.HeldUp) string {
	switch {
	case len(h.Likely) == 0 && !h.Readers && h.Free():
		return "nobody holds it"
	case len(h.Likely) == 0:
		return "who holds it is not known"
	}
	who := &h.Likely[0]
	said := "likely: goroutine " + who.Described()
	if n := len(h.Likely) - 1; n > 0 {
		said += " or one of " + text.Thousands(n) + " more"
	}
	return said
}

// longSince says for how long somebody waits, behind what they do.
func longSince(d time.Duration) string {
	if d > 0 {
		return ", for " + text.Duration(d, 2) + " or longer"
	}
	return ""
}
