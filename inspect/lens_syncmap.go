package inspect

import (
	"cmp"
	"fmt"
	"reflect"
	"sync"
)

// A sync.Map is shown as a map.
//
// It is a trie (internal/sync.HashTrieMap, since go1.24). Inner nodes have sixteen children each;
// entries with the same hash form a list. One atomic pointer leads from each node to the next, and
// nothing else in an entry ever changes, so all of it is read solidly and without a lock.
var _ = addLens(lensRow{name: "sync.Map", shape: Map, fit: fitTrie, collection: &collection{
	len:    Value.countTrie,
	lookup: Value.lookupTrie,
	walker: func() walker { return &syncMapWalk{} },
}})

func fitTrie(s *space, _ reflect.Type, _ *lens) bool { return s.trieKnown() }

// trieEntry lays out an entry of a sync.Map of any process: reflect cannot name the type of one.
// Its fields are read by their offsets.
type trieEntry struct {
	isEntry  bool
	overflow *trieEntry
	key, val any
}

var entryType = reflect.TypeFor[trieEntry]()

// trieKnown reports whether the sync.Map of s looks as expected, tried on one.
func (s *space) trieKnown() bool {
	s.trie.Do(func() { s.trie.known = s.proveTrie() })
	return s.trie.known
}

func (s *space) proveTrie() bool {
	var m sync.Map
	for i := range 100 {
		m.Store(i, -i)
	}
	var w trieWalk
	if w.begin(Of(&m).in(s).mustElem()) != nil {
		return false
	}
	for seen := 0; ; seen++ {
		k, e, ok, err := w.next()
		if !ok || err != nil {
			return err == nil && seen == 100
		}
		key, err1 := k.Scalar(0)
		val, err2 := e.Scalar(0)
		if n, ok := key.(int); err1 != nil || err2 != nil || !ok || val != -n {
			return false
		}
	}
}

// mustElem is Elem of a pointer that is not nil.
func (v Value) mustElem() Value {
	e, err := v.Elem()
	if err != nil {
		panic(err)
	}
	return e
}

// trieWalk walks the entries of a sync.Map.
type trieWalk struct {
	inner reflect.Type // the type of inner nodes
	stack []trieNode
	entry Value // the next in a list of entries
}

type trieNode struct {
	children Value
	taken    [maxFan]uintptr // what was in each of its slots when the walk came here
	next, n  int
}

// maxFan is how many children a node has: its level takes four bits of the hash.
const maxFan = 16

// maxTrie bounds the depth: each level uses four bits of a hash of 64.
const maxTrie = 16

// begin goes to the first entry of m, a sync.Map.
func (w *trieWalk) begin(m Value) error {
	w.stack, w.entry = w.stack[:0], Value{}
	for _, name := range []string{"m", "root"} {
		index, ok := m.space().ownField(m.typ, name)
		if !ok {
			return fmt.Errorf("a %v has no field %s", m.typ, name)
		}
		m = m.Field(index[0])
	}
	root, err := m.Elem()
	if err != nil || !root.IsValid() {
		return err
	}
	w.inner = root.typ
	return w.push(root)
}

func (w *trieWalk) push(node Value) error {
	index, ok := node.space().ownField(node.typ, "children")
	if !ok || len(w.stack) >= maxTrie {
		return fmt.Errorf("a %v is no node of a sync.Map", node.typ)
	}
	top := trieNode{children: node.Field(index[0])}
	n, err := top.children.Len()
	if err != nil || n > maxFan {
		return cmp.Or(err, fmt.Errorf("a %v of %d children is no node of a sync.Map", node.typ, n))
	}
	// Most slots are empty. An entry that another goroutine puts into one later is met or not, as in Range;
	// a slot that is taken is read when its turn comes.
	top.n = n
	if _, err := top.children.ref.Words(top.taken[:n]); err != nil {
		return err
	}
	w.stack = append(w.stack, top)
	return nil
}

// next returns the next entry; ok is false after the last.
func (w *trieWalk) next() (key, elem Value, ok bool, err error) {
	for {
		if w.entry.IsValid() {
			e := w.entry
			if w.entry, err = e.Field(1).Elem(); err != nil {
				return key, elem, false, err
			}
			if key, err = e.fix().Field(2).Elem(); err == nil {
				elem, err = e.fix().Field(3).Elem()
			}
			return key, elem, err == nil, err
		}
		if len(w.stack) == 0 {
			return key, elem, false, nil
		}
		top := &w.stack[len(w.stack)-1]
		for top.next < top.n && top.taken[top.next] == 0 {
			top.next++
		}
		if top.next == top.n {
			w.stack = w.stack[:len(w.stack)-1]
			continue
		}
		i := top.next
		top.next++
		slot, err := top.children.Index(i)
		if err != nil {
			return key, elem, false, err
		}
		node, err := slot.Elem()
		if err != nil {
			return key, elem, false, err
		}
		if !node.IsValid() {
			continue
		}
		isEntry, err := node.ref.Byte()
		if err != nil {
			return key, elem, false, err
		}
		if isEntry != 0 {
			w.entry = node
			w.entry.typ = entryType
			continue
		}
		// A child that is no entry is a node like its parent.
		node.typ = w.inner
		if err := w.push(node); err != nil {
			return key, elem, false, err
		}
	}
}

// fix returns v as a place that nobody changes any more.
func (v Value) fix() Value {
	v.how |= fixed
	return v
}

// countTrie counts the entries of a sync.Map, which records no count.
func (v Value) countTrie() (n int, err error) {
	var w trieWalk
	if err := w.begin(v); err != nil {
		return 0, err
	}
	for {
		_, _, ok, err := w.next()
		if !ok || err != nil {
			return n, err
		}
		n++
	}
}

// lookupTrie is Lookup in a sync.Map. It walks the map, whose hash function is its secret.
func (v Value) lookupTrie(key any) (Value, bool, error) {
	var w trieWalk
	if err := w.begin(v); err != nil {
		return Value{}, false, err
	}
	for {
		k, e, ok, err := w.next()
		if !ok || err != nil {
			return Value{}, false, err
		}
		if same, err := k.Holds(key); err == nil && same {
			return e, true, nil
		}
	}
}

// syncMapWalk walks a sync.Map.
type syncMapWalk struct {
	begun bool
	trie  trieWalk
	left  int
	err   error
	ended bool
}

func (w *syncMapWalk) load(of Value) (bool, error) {
	if !w.begun {
		w.begun = true
		if err := w.trie.begin(of); err != nil {
			return false, err
		}
	}
	w.left = chunk
	return !w.ended, w.err
}

func (w *syncMapWalk) next() (key, elem Value, ok bool) {
	if w.left == 0 || w.ended {
		return key, elem, false
	}
	w.left--
	key, elem, ok, w.err = w.trie.next()
	w.ended = !ok
	return key, elem, ok
}

func (w *syncMapWalk) retries() int { return 0 }
