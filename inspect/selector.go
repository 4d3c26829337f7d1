package inspect

import (
	"go/token"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// FindField resolves a name in v, a struct, as Go's selectors do: the shallowest field of that name
// wins, and fields of embedded structs count. Each element of index is one hop; between two hops an
// embedded pointer must be followed with Elem. ok is false if there is no such field, and if the
// name is ambiguous: [Value.Rivals] tells which. Unexported fields are found from everywhere. A
// field named by its tag is found by that name and by its own.
func (v Value) FindField(name string) (index []int, ok bool) { return v.space().findField(v.typ, name) }

func (s *space) findField(t reflect.Type, name string) (index []int, ok bool) {
	if t == nil || t.Kind() != reflect.Struct || name == "_" {
		return nil, false
	}
	if index, ok := s.ownField(t, name); ok {
		return index, true
	}
	key := foundKey{t, name}
	if at, ok := s.found.at.Load(key); ok {
		return at.([]int), true
	}
	fields, methods := s.rivals(t, name)
	if len(fields) != 1 || len(methods) > 0 {
		return nil, false
	}
	s.found.Lock()
	defer s.found.Unlock()
	if s.found.n < maxFound {
		s.found.n++
		s.found.at.Store(key, fields[0])
	}
	return fields[0], true
}

// ownField finds a field of t, if that is a struct, which is no embedded one's. It is all that
// lenses need, and, unlike findField, asks for no method by name: see docs/dependencies.md.
func (s *space) ownField(t reflect.Type, name string) (index []int, ok bool) {
	if t == nil || t.Kind() != reflect.Struct {
		return nil, false
	}
	for i, f := range s.fields(t) {
		if f.Name == name || f.GoName == name {
			if i < len(directIndexes) {
				return directIndexes[i : i+1 : i+1], true
			}
			return []int{i}, true
		}
	}
	return nil, false
}

// Rivals lists what a name could select in v, a struct without a field of that name of its own: the
// shallowest fields, and the methods that are no deeper. fields are indexes as those of FindField,
// methods lead to the embedded field that has the method; one of no index is v's own. There are
// none, or one field alone, unless the name is ambiguous in Go. Neither list has more than eight.
//
// A method that is not exported is unknown to reflect, and rivals nothing.
func (v Value) Rivals(name string) (fields, methods [][]int) { return v.space().rivals(v.typ, name) }

// maxRivals bounds each list of Rivals.
const maxRivals = 8

func (s *space) rivals(t reflect.Type, name string) (fields, methods [][]int) {
	if t == nil || t.Kind() != reflect.Struct || name == "_" {
		return nil, nil
	}
	// In t's own package its unexported names mean the fields of that package.
	fields = s.promoted(t, func(f *Field) bool { return f.GoName == name && (f.Exported || f.pkg == t.PkgPath()) })
	if fields == nil {
		fields = s.promoted(t, func(f *Field) bool { return f.GoName == name })
	}
	if fields == nil {
		fields = s.promoted(t, func(f *Field) bool { return f.Name == name })
	}
	if fields == nil || !token.IsExported(name) {
		return fields, nil
	}
	if hasMethod(t, name) {
		// Go left out a method that a shallower field hides.
		return fields, [][]int{{}}
	}
	depth := len(fields[0])
	s.eachEmbedded(t, func(level []embedding) bool {
		for _, e := range level {
			if len(methods) < maxRivals && s.declares(e.typ, name) {
				methods = append(methods, e.index)
			}
		}
		return len(level[0].index) < depth-1
	})
	return fields, methods
}

// FieldNames lists the names that fields of v, a struct, go by: its own in the order of their
// declaration, and then what is embedded in it, level by level. A name that is hidden or ambiguous
// is there once, and FindField tells.
func (v Value) FieldNames() (names []string) {
	s, had := v.space(), map[string]bool{"_": true}
	add := func(t reflect.Type) {
		for _, f := range s.fields(t) {
			if !had[f.Name] {
				had[f.Name] = true
				names = append(names, f.Name)
			}
		}
	}
	add(v.typ)
	if v.Kind() == reflect.Struct {
		s.eachEmbedded(v.typ, func(level []embedding) bool {
			for _, e := range level {
				add(e.typ)
			}
			return true
		})
	}
	return names
}

// hasMethod reports whether values of type t, or pointers to them, have that exported method.
func hasMethod(t reflect.Type, name string) bool {
	if t.Kind() != reflect.Interface && t.Kind() != reflect.Pointer {
		t = reflect.PointerTo(t)
	}
	_, ok := t.MethodByName(name)
	return ok
}

// declares reports whether t has that method and is not promoted it.
func (s *space) declares(t reflect.Type, name string) bool {
	if !hasMethod(t, name) {
		return false
	}
	for _, f := range s.fields(t) {
		if f.Embedded && hasMethod(target(f.Type), name) {
			return hasSource(t, name) || hasSource(reflect.PointerTo(t), name)
		}
	}
	return true
}

// hasSource reports whether the method of t was written, and not made by the compiler to call that of
// something embedded. It is false for one that the linker left out.
func hasSource(t reflect.Type, name string) bool {
	m, ok := t.MethodByName(name)
	if !ok {
		return false
	}
	f := runtime.FuncForPC(m.Func.Pointer())
	if f == nil || strings.HasPrefix(f.Name(), "runtime.") {
		return false
	}
	file, _ := f.FileLine(f.Entry())
	return file != "<autogenerated>"
}

// target is what a pointer type points at, or t itself.
func target(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// promoted returns the shallowest fields that match, of what is embedded in t.
func (s *space) promoted(t reflect.Type, match func(*Field) bool) (found [][]int) {
	s.eachEmbedded(t, func(level []embedding) bool {
		for _, e := range level {
			fs := s.fields(e.typ)
			for i := range fs {
				if match(&fs[i]) && len(found) < maxRivals {
					found = append(found, append(slices.Clip(e.index), i))
				}
			}
		}
		return found == nil
	})
	return found
}

// An embedding is an embedded field, and its type behind a pointer.
type embedding struct {
	typ   reflect.Type
	index []int
}

// eachEmbedded calls each for what is embedded in t, level by level, until it returns false. As in
// Go, a type that was met on a shallower level is not entered again. One that is met more than once
// on a level is there twice.
func (s *space) eachEmbedded(t reflect.Type, each func(level []embedding) bool) {
	level, met := []embedding{{t, nil}}, map[reflect.Type]bool{t: true}
	for {
		var next []embedding
		times := map[reflect.Type]int{}
		for _, e := range level {
			for i, f := range s.fields(e.typ) {
				in := target(f.Type)
				if !f.Embedded || met[in] || times[in] == 2 {
					continue
				}
				times[in]++
				next = append(next, embedding{in, append(slices.Clip(e.index), i)})
			}
		}
		if len(next) == 0 || !each(next) {
			return
		}
		for in := range times {
			met[in] = true
		}
		level = next
	}
}
