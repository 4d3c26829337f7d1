package access

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"unicode"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/guard"
	"github.com/sightglass-go/sightglass/internal/access/internal/usercode"
)

// entry is one exposed name. It does not change once it is in Objects, but for what its function
// returned.
type entry struct {
	name   string
	doc    string
	pkg    string // see Entry
	policy policy
	later  bool // it is of [Objects.Later]

	withdrawn func() // see Options

	// One of these five is set.
	object  inspect.Value
	weak    func() any // returns nil once the object was collected
	compute func(context.Context) any
	list    listing      // reads what is no object of the application's
	why     *UnreadError // nothing can be read

	typ      reflect.Type     // of object, or of what weak returns; nil for a function and for what cannot be read
	callee   *usercode.Callee // counts the calls of compute
	returned returned         // by compute
}

// returned is the object that a function returned last.
type returned struct {
	mu   sync.Mutex
	addr uintptr
	kept any // the object, once two in a row lay at addr
}

// repeats reports whether x, which the function has just returned, is the same object as the last
// times, so that the function does not make a new one each time. If two objects in a row lay at the
// same address, the second is kept alive until the next call, so that the third can be told from
// it.
func (r *returned) repeats(x any) bool {
	addr := inspect.Of(x).Addr()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case addr == 0 || addr != r.addr:
		r.addr, r.kept = addr, nil
	case r.kept == nil:
		r.kept = x
	default:
		return true
	}
	return false
}

func newEntry(name string, o Options) (*entry, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	e := &entry{name: name, doc: o.Doc, pkg: o.Package, withdrawn: o.Withdrawn}
	return e, e.policy.declare(name, o)
}

// end says that e, which may be nil, is exposed no more.
func (e *entry) end() {
	if e != nil && e.withdrawn != nil {
		e.withdrawn()
	}
}

// locate finds out where the exposed object lies. If a declared guard is a field of the object, it
// gets that name.
func (e *entry) locate() {
	target := e.target()
	if !target.IsValid() || target.Mark()&inspect.Copied != 0 {
		return
	}
	m := guard.Memory{Base: target.Addr(), Size: target.Type().Size(), Type: target.Type()}
	e.policy.setMemory(m)
	if k := e.policy.Lock; k != nil && target.Shape() == inspect.Struct {
		if l, _, ok := k.FieldOf(target); ok {
			k.Name = e.name + "." + l.Name
		}
	}
}

// target returns what the exposed pointer leads to; the zero Value if it is no pointer, or was
// collected.
func (e *entry) target() inspect.Value {
	object := e.object
	if e.weak != nil {
		object = inspect.Of(e.weak())
	}
	if object.Kind() != reflect.Pointer {
		return inspect.Value{}
	}
	target, err := object.Elem()
	if err != nil {
		return inspect.Value{}
	}
	return target
}

// describe describes the entry for listings.
func (e *entry) describe() Entry {
	out := Entry{Name: e.name, Doc: e.doc, Package: e.pkg, Type: "any", Guard: e.guard()}
	switch {
	case e.typ != nil:
		out.Type = inspect.TypeName(e.typ)
	case e.why != nil:
		out.Type = ""
	}
	return out
}

// guard says how the object is read; see [Entry.Guard].
func (e *entry) guard() string {
	p := &e.policy
	switch {
	case e.why != nil:
		return "cannot be read"
	case e.list != nil:
		return "read at each look, not of one moment"
	case e.weak != nil && e.weak() == nil:
		return "collected"
	case p.Frozen && e.compute == nil || p.Owner != nil || p.Lock != nil && p.Names == nil:
		return p.describe(nil, nil)
	case e.compute != nil:
		return "computed at each look"
	case e.typ.Kind() != reflect.Pointer:
		return "a copy"
	}
	var own *guard.Lock
	if target := e.target(); target.Shape() == inspect.Struct && !p.Unlocked {
		own = p.OwnLock(target)
	}
	if k := own.Real(); k != nil {
		return p.guardedBy(e.name + "." + k.Name)
	}
	return p.describe(e.typ.Elem(), own)
}

// reserved are the words that mean something else at the prompt: the literals and word operators of
// expr-lang (see its docs/language-definition.md), and the name of the last answer.
var reserved = map[string]bool{
	"true": true, "false": true, "nil": true, "let": true, "if": true, "else": true,
	"in": true, "not": true, "and": true, "or": true,
	"matches": true, "contains": true, "startsWith": true, "endsWith": true, "_": true,
}

// checkName returns an error if nothing can be exposed under name.
func checkName(name string) error {
	for _, part := range strings.Split(name, ".") {
		switch {
		case !isIdentifier(part):
			return fmt.Errorf("a name is made of identifiers joined by dots, and %q is none", part)
		case reserved[part]:
			return fmt.Errorf("%s is a word of the expression language", part)
		}
	}
	return nil
}

// isIdentifier reports whether s can be typed as a name.
func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}
