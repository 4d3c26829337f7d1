package access

import (
	"maps"
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
)

const (
	// maxOwned bounds the places that are looked at to find what owns a lock, and maxOwnedDepth how
	// many pointers and fields deep.
	maxOwned      = 20_000
	maxOwnedDepth = 12
)

// own names the exposed objects that own what goroutines wait for.
func (vis *Visit) own(list []inspect.Goroutine) error {
	s := search{vis: vis, wanted: map[uintptr]bool{}, met: map[uintptr]bool{}, owned: map[uintptr]owned{}}
	for i := range list {
		if err := vis.meter.work(ownStep); err != nil {
			return err
		}
		for _, w := range list[i].Awaits() {
			if s.wanted[w.Addr()] {
				continue
			}
			if err := vis.meter.keep(wantedBytes); err != nil {
				return err
			}
			s.wanted[w.Addr()] = true
		}
	}
	if len(s.wanted) == 0 {
		return nil
	}
	if err := s.all(); err != nil {
		return err
	}
	for i := range list {
		if err := vis.meter.work(ownStep); err != nil {
			return err
		}
		for j, w := range list[i].Awaits() {
			if o := s.owned[w.Addr()]; o.path != "" {
				list[i].Own(j, o.path)
			}
		}
	}
	vis.owned = s.owned
	return nil
}

const (
	// ownStep is how many steps it takes to note what a goroutine waits for.
	ownStep     = 10
	wantedBytes = 24 // of a wanted address
	// semaphoreAlign is the alignment of what goroutines wait for in a lock: an uint32, or more.
	semaphoreAlign = 4
)

// owned is where something that goroutines wait for lies in an exposed object.
type owned struct {
	path    string
	around  uintptr // the struct that has it as a field; 0 for none
	atStart bool    // it lies where that struct begins
}

// search looks for the places at some addresses, in all that is reached from exposed objects by
// single words: fields, elements of arrays, pointers and chans. It takes no guard, since it is asked
// when guards cannot be had, and so looks into no slice, map or interface. What is hidden is nobody's.
type search struct {
	vis    *Visit
	wanted map[uintptr]bool
	met    map[uintptr]bool
	owned  map[uintptr]owned
	places int
}

func (s *search) all() error {
	// What is only searched is not what the answer was made of.
	defer func(met map[string]*View) { s.vis.roots = met }(s.vis.roots)
	s.vis.roots = maps.Clone(s.vis.roots)
	for _, name := range s.vis.Names() {
		e := s.vis.entry(name)
		if e == nil || e.why != nil || e.compute != nil || e.list != nil {
			continue
		}
		v, err := s.vis.Get(name)
		if err != nil {
			continue
		}
		if err := s.place(v, 0); err != nil {
			return err
		}
	}
	return nil
}

// place looks for what is wanted in v and below.
func (s *search) place(v *View, depth int) error {
	if s.places++; s.places > maxOwned || depth > maxOwnedDepth || len(s.owned) == len(s.wanted) {
		return nil
	}
	if s.places%64 == 0 {
		if err := s.vis.meter.work(64); err != nil {
			return err
		}
	}
	v.decide()
	if v.hidden || !v.val.IsValid() {
		return nil
	}
	t := v.val.Type()
	switch t.Kind() {
	case reflect.Pointer:
		if v.val.Shape() == inspect.Nil || !leadsOn(t.Elem()) {
			return nil
		}
		target, err := v.val.Elem()
		if err != nil || !target.IsValid() || s.met[target.Addr()] {
			return nil
		}
		s.met[target.Addr()] = true
		return s.place(v.newChild(target, place{step: stepElem}), depth+1)
	case reflect.Chan:
		if at, err := v.val.Word(); err == nil {
			s.note(at, v)
		}
	case reflect.Array:
		for i := range min(t.Len(), maxOwned) {
			if !leadsOn(t.Elem()) {
				break
			}
			e, err := v.val.Index(i)
			if err != nil {
				return nil
			}
			if err := s.place(v.newChild(e, place{step: stepIndex, index: i}), depth+1); err != nil {
				return err
			}
		}
	case reflect.Struct:
		if addr := v.val.Addr(); isWaitedFor(t) && addr != 0 {
			for at := addr; at < addr+t.Size(); at += semaphoreAlign {
				s.note(at, v)
			}
			return nil
		}
		for i := range t.NumField() {
			if !leadsOn(t.Field(i).Type) {
				continue
			}
			if f := v.fieldAt(i); f != nil {
				if err := s.place(f, depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (s *search) note(addr uintptr, v *View) {
	if !s.wanted[addr] || s.owned[addr].path != "" {
		return
	}
	o := owned{path: v.Path()}
	o.around, o.atStart = v.aroundLock()
	s.owned[addr] = o
}

// aroundLock returns where the struct lies that has the lock v as a field, and whether v lies where it
// begins and has its address.
func (v *View) aroundLock() (addr uintptr, atStart bool) {
	if up := v.up; up != nil && v.step == stepField {
		addr = up.val.Addr()
	}
	return addr, addr != 0 && addr == v.val.Addr()
}

// isWaitedFor reports whether goroutines can wait for a struct of type t itself.
func isWaitedFor(t reflect.Type) bool {
	if t.PkgPath() != "sync" {
		return false
	}
	switch t.Name() {
	case "Mutex", "RWMutex", "WaitGroup", "Cond", "Once":
		return true
	}
	return false
}

// leadsOn reports whether single words lead from a t to something that goroutines wait for.
func leadsOn(t reflect.Type) bool {
	for t.Kind() == reflect.Array {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Pointer:
		return true
	case reflect.Struct:
		return t.PkgPath() != "time"
	}
	return false
}
