package library

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/internal/text"
)

var _ = define(ObjectFunctions, []Function{
	{Name: "stacks", Args: "xs", Min: 0, Max: 1, Reads: Streams, Run: stacks,
		Summary: "the stacks of goroutines, those with the same one together, most first", Example: `stacks()`},
})

// maxStacks bounds the stacks that are written out for people.
const maxStacks = 50

// sameStack is goroutines that do the same, at the same place.
type sameStack struct {
	g       *inspect.Goroutine // one of them
	count   int
	blocked time.Duration // the longest
	ids     []any         // some of them
}

// add adds one more.
func (s *sameStack) add(g *inspect.Goroutine) {
	s.count++
	s.blocked = max(s.blocked, g.Blocked())
	if len(s.ids) < maxIDs {
		s.ids = append(s.ids, g.ID())
	}
}

// since says how long they wait, behind what they do.
func (s *sameStack) since() string { return longSince(s.blocked) }

// stacks is stacks() or stacks(xs), of some of the goroutines: {count, state, wait, blocked, ids,
// frames} for each stack, as go tool pprof -traces groups them. Those that run have none and stand
// together.
func stacks(f *machine.Frame, args []value.Value) (value.Value, error) {
	list, release, err := goroutinesOf(f, "stacks", args)
	if err != nil {
		return nil, err
	}
	type place struct {
		frame              *inspect.Frame
		state, wait, entry string
	}
	groups := map[place]*sameStack{}
	var order []*sameStack
	nodes := 0
	for _, g := range list {
		if err := f.Tick(1); err != nil {
			return nil, err
		}
		at := place{state: g.State(), wait: g.Wait()}
		if len(g.Frames()) > 0 {
			at.frame = &g.Frames()[0] // who shares a stack shares this
		} else {
			at.entry = g.Entry()
		}
		s := groups[at]
		if s == nil {
			s = &sameStack{g: g}
			groups[at] = s
			order = append(order, s)
			nodes += 8 + maxIDs + 4*len(g.Frames())
			if err := f.Keep(value.NodeSize(8 + maxIDs + 4*len(g.Frames()))); err != nil {
				return nil, err
			}
		}
		s.add(g)
	}
	slices.SortStableFunc(order, func(a, b *sameStack) int { return cmp.Compare(b.count, a.count) })
	page := &render.Page{Gap: 2}
	var rows []*render.Node
	for i, s := range order {
		rows = append(rows, s.record())
		if i < maxStacks {
			s.write(page)
		}
	}
	if n := len(order) - maxStacks; n > 0 {
		page.Text(fmt.Sprintf("… %s more: len(stacks()) counts them, stacks()[%d:] has the rest", text.Thousands(n), maxStacks), render.NoteRole)
	}
	if len(order) == 0 {
		page.Text("no goroutines", render.PlainRole)
	}
	release()
	return &value.Snapshot{Node: records(rows), Page: page}, f.Keep(value.NodeSize(nodes))
}

// maxIDs bounds the goroutines that a stack names.
const maxIDs = 8

// goroutinesOf returns the goroutines of the argument, or all without one. release gives back what
// the list and all that is kept after it takes.
func goroutinesOf(f *machine.Frame, name string, args []value.Value) (list []*inspect.Goroutine, release func(), err error) {
	all, err := f.Visit.Goroutines()
	if err != nil {
		return nil, nil, notExposed(err, name)
	}
	kept := f.Kept()
	list, err = chosenGoroutines(f, name, args, all)
	return list, func() { f.Release(kept) }, err
}

func chosenGoroutines(f *machine.Frame, name string, args []value.Value, all *inspect.Goroutines) ([]*inspect.Goroutine, error) {
	if len(args) == 0 {
		list := make([]*inspect.Goroutine, len(all.All))
		for i := range list {
			list[i] = &all.All[i]
		}
		return list, f.Keep(8 * len(list))
	}
	if err := value.Refuse(args[0]); err != nil {
		return nil, err
	}
	var list []*inspect.Goroutine
	gone := 0
	one := func(x value.Value) error {
		id, err := value.Member(&f.Thread, x, "id")
		if err == nil {
			id, err = value.Load(id)
		}
		if err != nil {
			return value.WrongArgument(name, 1, "goroutines", x)
		}
		n, err := value.ToInt(name, id)
		if err != nil {
			return err
		}
		if g := all.ByID(n); g != nil {
			list = append(list, g)
		} else {
			gone++
		}
		return f.Keep(8)
	}
	var err error
	if value.IsStruct(args[0]) {
		err = one(args[0])
	} else {
		err = value.Each(&f.Thread, args[0], true, func(_ int, _, elem value.Value) (bool, error) {
			x, err := value.Load(elem)
			if err != nil {
				return false, err
			}
			return true, one(x)
		})
	}
	if gone > 0 {
		f.Note(counted(gone, "goroutine") + " ended since")
	}
	return list, err
}

// notExposed says what to do where goroutines are not exposed.
func notExposed(err error, name string) error {
	e := fault.From(err)
	if e.Code != "unknown_name" {
		return err
	}
	return fault.New("not_allowed", "%s reads goroutines, which this application does not expose", name).
		With("registry.Goroutines() in the application exposes them")
}

func (s *sameStack) record() *render.Node {
	frames := s.g.Frames()
	list := &render.Node{Shape: inspect.List, Len: len(frames)}
	for _, fr := range frames {
		list.Items = append(list.Items, render.Item{Node: record(field{"function", fr.Function()}, field{"file", fr.File()}, field{"line", fr.Line()})})
	}
	return record(field{"count", s.count}, field{"state", s.g.State()}, field{"wait", s.g.Wait()}, field{"blocked", s.blocked},
		field{"top", s.g.Top()}, field{"ids", s.ids}, field{"frames", list})
}

// write adds the stack to a page, without what the runtime does to wait.
func (s *sameStack) write(page *render.Page) {
	head := text.Thousands(s.count) + " " + s.g.State()
	if s.g.Wait() != "" {
		head += ": " + s.g.Wait()
	}
	page.Text(head+s.since(), render.NameRole)
	frames := s.g.Frames()
	for len(frames) > 1 && (strings.HasPrefix(frames[0].Function(), "runtime.") || strings.HasPrefix(frames[0].Function(), "internal/")) {
		frames = frames[1:]
	}
	var rows [][]string
	for _, fr := range frames {
		rows = append(rows, []string{"  " + text.ShortPaths(fr.Function()), shortFile(fr)})
	}
	if len(rows) == 0 {
		rows = [][]string{{"  begun with " + text.ShortPaths(s.g.Entry()), ""}}
	}
	page.Columns(rows, render.Column{Role: render.PlainRole}, render.Column{Role: render.TypeRole})
}

// shortFile is where a call stands, with the last folder of the path.
func shortFile(fr inspect.Frame) string {
	dir, file := path.Split(strings.ReplaceAll(fr.File(), `\`, "/"))
	return fmt.Sprintf("%s:%d", path.Join(path.Base(dir), file), fr.Line())
}
