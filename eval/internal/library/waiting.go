package library

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "waiting", Args: "x", Min: 1, Places: true, Reads: Composites, Run: waitingFor,
		Summary: "who waits for the lock or channel x, and who may hold it; of a struct, for all that it has", Example: `waiting(cache.mu)`},
})

// waitingFor is waiting(x), as [{path, state, waiters: [{count, wait, top, blocked, ids}], likely:
// [{id, state, wait, top, function}]}].
func waitingFor(f *machine.Frame, args []value.Value) (value.Value, error) {
	v, err := liveArgument("waiting", args[0])
	if err != nil {
		return nil, err
	}
	if _, err := f.Visit.Goroutines(); err != nil {
		return nil, notExposed(err, "waiting")
	}
	kept := f.Kept()
	list, err := v.Waiting()
	if err != nil {
		return nil, err
	}
	page := &render.Page{Gap: 2}
	var rows []*render.Node
	nodes := 0
	for _, a := range list {
		groups, err := sameWait(f, a)
		if err != nil {
			return nil, err
		}
		rows = append(rows, awaitedRecord(a, groups))
		nodes += 8 + (8+maxIDs)*len(groups) + 8*min(len(a.Likely), maxLikely)
		if len(list) == 1 || len(groups) > 0 {
			writeAwaited(page, a, groups)
		}
	}
	if len(list) > 1 && !slices.ContainsFunc(list, func(a *access.Awaited) bool { return len(a.Waiters) > 0 }) {
		page.Text("nobody waits for any of "+text.Count(len(list), "lock or channel", "locks and channels"), render.PlainRole)
	}
	f.Release(kept)
	return &value.Snapshot{Node: records(rows), Page: page}, f.Keep(value.NodeSize(nodes))
}

// sameWait groups those who wait in one way at one place, most first.
func sameWait(f *machine.Frame, a *access.Awaited) (order []*sameStack, err error) {
	groups := map[[2]string]*sameStack{}
	for _, g := range a.Waiters {
		if err := f.Tick(1); err != nil {
			return nil, err
		}
		key := [2]string{g.Wait(), g.Top()}
		s := groups[key]
		if s == nil {
			s = &sameStack{g: g}
			groups[key] = s
			order = append(order, s)
		}
		s.add(g)
	}
	slices.SortStableFunc(order, func(a, b *sameStack) int { return cmp.Compare(b.count, a.count) })
	return order, nil
}

func awaitedRecord(a *access.Awaited, groups []*sameStack) *render.Node {
	var waiters, likely []*render.Node
	for _, s := range groups {
		waiters = append(waiters, record(field{"count", s.count}, field{"wait", s.g.Wait()}, field{"top", s.g.Top()}, field{"blocked", s.blocked}, field{"ids", s.ids}))
	}
	for _, h := range a.Likely[:min(len(a.Likely), maxLikely)] {
		likely = append(likely, record(field{"id", h.ID()}, field{"state", h.State()}, field{"wait", h.Wait()}, field{"top", h.Top()}, field{"function", h.Function}))
	}
	return record(field{"path", a.Path}, field{"state", a.State}, field{"waiting", len(a.Waiters)}, field{"waiters", records(waiters)}, field{"likely", records(likely)})
}

// maxLikely bounds the goroutines that are told of as those who may hold a lock.
const maxLikely = 20

func writeAwaited(page *render.Page, a *access.Awaited, groups []*sameStack) {
	name := cmp.Or(a.Path, "it")
	if a.State != "" {
		name += ": " + a.State
	}
	page.Text(name, render.NameRole)
	var rows [][]string
	for _, s := range groups {
		rows = append(rows, []string{fmt.Sprintf("  %s in", text.Count(s.count, "waits", "wait")), text.ShortPaths(s.g.Top()), s.g.Wait() + s.since()})
	}
	if len(rows) > 0 {
		page.Columns(rows, render.Column{}, render.Column{Role: render.NameRole}, render.Column{Role: render.TypeRole})
	} else {
		page.Text("  nobody waits", render.PlainRole)
	}
	holder := "likely"
	switch {
	case a.Chan:
	case a.Free:
		page.Text("  nobody holds it", render.PlainRole)
	case !a.Lock:
		holder = "may end the wait"
	case len(a.Likely) == 0:
		page.Text("  who holds it is not known: its address stands in no stack that could be read", render.PlainRole)
	}
	for i, h := range a.Likely {
		if i == maxLikely {
			page.Text(fmt.Sprintf("  … %s more", text.Thousands(len(a.Likely)-i)), render.NoteRole)
			break
		}
		page.Text(fmt.Sprintf("  %s: goroutine %d, %s in %s; %s stands in the frame of %s",
			holder, h.ID(), cmp.Or(h.Wait(), h.State()), text.ShortPaths(h.Top()), mentionOf(&h, a.AtStart), text.ShortPaths(h.Function)), render.PlainRole)
	}
}
