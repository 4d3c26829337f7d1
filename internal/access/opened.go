package access

import (
	"reflect"
	"slices"

	"github.com/sightglass-go/sightglass/inspect"
)

// opened is the way that a FieldCache has learned on from an interface, for one type of content. What
// policy says of a place in the content depends on its type, and on what the FieldCache remembers of the
// View that it learned from. So each type is asked once.
type opened struct {
	content reflect.Type
	path    *inspect.FieldPath // nil if nothing can be read, or may be
	reads   int                // as FieldCache.reads, of the whole way
	wide    bool               // what lies at the end takes several words behind the interface
}

// contents is what a batch has read through interfaces.
type contents struct {
	opened inspect.Contents
	paths  []*inspect.FieldPath
	reads  []int // by type
}

// learnOpened remembers how to, or what it holds if it is an interface, was reached from v through one
// interface. It reports false if the way leads through none, or through several.
func (c *FieldCache) learnOpened(v, to *View) (through bool) {
	end := to
	if to.val.Kind() == reflect.Interface {
		// What Load would open.
		content, err := to.val.Elem()
		if err != nil || !content.IsValid() {
			return false
		}
		end = to.contentOf(content)
	}
	way, ok := v.wayThrough(end)
	if !ok {
		return false
	}
	at := slices.IndexFunc(way, isContent)
	if at < 0 {
		return false
	}
	content := way[at]
	t := content.val.Type()
	if slices.ContainsFunc(c.opened, func(o opened) bool { return o.content == t }) {
		return true
	}
	if !c.opens {
		path, locked := c.follow(v, way[at+1:])
		if locked || !path.Open() {
			return true // it may have a lock of its own, or is none that a batch can open
		}
		c.path, c.opens, c.wide = path, true, true
	}
	if len(c.opened) == inspect.MaxTypes {
		return true
	}
	o := opened{content: t}
	if end.decide(); !end.hidden && end.Shape() == inspect.Scalar {
		c.learnContent(&o, v, content, end, way, at)
	}
	c.opened = append(c.opened, o)
	return true
}

// learnContent has o lead from content, which lies in the interface at the end of the path of c, to end. way
// leads from v to end, through the content at the index at.
func (c *FieldCache) learnContent(o *opened, v, content, end *View, way []*View, at int) {
	on := FieldCache{}
	path, locked := on.follow(content, way[:at])
	t, datum := path.End()
	if datum == inspect.NoDatum || t != end.val.Type() || locked && severalWords(datum) || v.visit.objects.constants.get(t) != nil {
		return // what has names is compared with these
	}
	if c.kind == inspect.NoDatum {
		c.kind = datum
	}
	o.path, o.wide = path, severalWords(datum)
	o.reads = c.reads + on.reads // of the interface, which follow took for a scalar
	c.named = c.named || v.namedBy(way)
}

// contentOf returns the View of what v, an interface, holds.
func (v *View) contentOf(val inspect.Value) *View {
	c := new(View)
	v.initChild(c, val, place{step: stepElem})
	c.boxed = true
	return c
}

// isContent reports whether v is what an interface holds.
func isContent(v *View) bool {
	return v.step == stepElem && v.up.val.Kind() == reflect.Interface
}

// wayThrough is fixedWay, but may lead through one interface.
func (v *View) wayThrough(to *View) (way []*View, ok bool) {
	interfaces := 0
	for at := to; at != v; at = at.up {
		if at == nil || at.up == nil {
			return nil, false
		}
		switch {
		case isContent(at):
			interfaces++
		case at.step != stepField && !at.behindPointer():
			return nil, false
		}
		way = append(way, at)
	}
	return way, interfaces <= 1
}

// learnSelf has c learn to read what the elements of the Batch hold, or its keys, which are interfaces.
func (c *FieldCache) learnSelf(v *View) {
	if v.hidden || c.matches(v) {
		return
	}
	*c = FieldCache{policy: v.policy, from: v.val.Type(), hide: v.hide, secrets: v.secrets, self: true, named: true}
	path, _ := c.follow(v, nil)
	if path.Open() {
		c.path, c.opens, c.wide = path, true, true
	}
}

// readOpened is Read through the interfaces to which the way of c leads.
func (b *Batch) readOpened(c *FieldCache, v *View, key bool, lanes *inspect.Mask, to *inspect.Column) {
	l := &c.lanes
	b.from.Open(c.path, key, lanes, &l.opened)
	defer l.opened.Close()
	l.paths, l.reads = l.paths[:0], l.reads[:0]
	c.unknown = false
	wide := false
	for _, t := range l.opened.Types {
		o := c.wayOn(t.Type)
		if o == nil && c.self {
			if content, ok := b.from.Content(c.path, key, t.Lanes.Next(0)); ok && content.Type() == t.Type {
				c.learnOpened(v, v.contentOf(content))
				o = c.wayOn(t.Type)
			}
		}
		if o == nil {
			c.unknown = c.unknown || len(c.opened) < inspect.MaxTypes
			o = &opened{}
		}
		wide = wide || o.wide
		l.paths, l.reads = append(l.paths, o.path), append(l.reads, o.reads)
	}
	if wide && v.lock() == nil && !v.policy.Frozen && v.policy.Owner == nil && !v.fromLens {
		// What several words in the content are is read without a guard, too.
		v.reportRacy()
	}
	l.opened.Read(l.paths, c.kind, maxBatchText, to)
}

// wayOn returns the way on from an interface that holds a t, nil if there is none.
func (c *FieldCache) wayOn(t reflect.Type) *opened {
	for i := range c.opened {
		if c.opened[i].content == t {
			return &c.opened[i]
		}
	}
	return nil
}

// Opens reports whether the way leads through an interface.
func (c *FieldCache) Opens() bool { return c.opens }

// EachRead calls f for the lanes of in in which interfaces hold one type or another, and how many reads
// each of them took in the last Batch.Read, which must have been of a way that Opens.
func (c *FieldCache) EachRead(in *inspect.Mask, f func(lanes *inspect.Mask, reads int)) {
	for i, reads := range c.lanes.reads {
		lanes := c.lanes.opened.Types[i].Lanes
		lanes.And(in)
		f(&lanes, reads)
	}
}

// mostReads returns the most reads of a way that leads through an interface.
func (c *FieldCache) mostReads() (n int) {
	for i := range c.opened {
		n = max(n, c.opened[i].reads)
	}
	return max(n, c.reads)
}

// Unknown reports whether the last Batch.Read has met types that the cache may still learn to read.
func (c *FieldCache) Unknown() bool { return c.unknown }
