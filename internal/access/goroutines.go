package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// goroutinesName is the name under which goroutines are exposed.
const goroutinesName = "goroutines"

// ExposeGoroutines exposes the goroutines of this process, as goroutines. Each Visit that asks for
// them reads them once.
func (o *Objects) ExposeGoroutines(opts Options) error {
	return o.expose(goroutinesName, func(vis *Visit) (any, error) {
		list, err := vis.Goroutines()
		if err != nil {
			return nil, err
		}
		return list.All, nil
	}, reflect.TypeFor[[]inspect.Goroutine](), opts)
}

// maxProposed bounds the goroutines that are read where completion only asks what they have.
const maxProposed = 16

// hasGoroutines reports whether they are exposed.
func (vis *Visit) hasGoroutines() bool {
	e := vis.objects.get(goroutinesName)
	return e != nil && e.list != nil
}

// AreGoroutines reports whether v is the exposed list of goroutines.
func (v *View) AreGoroutines() bool {
	return v.up == nil && v.step == stepRoot && v.name == goroutinesName && v.visit.hasGoroutines()
}

// Goroutines returns the goroutines of this process, as the Visit read them when it first asked. It
// is a *NameError if the application does not expose them. No guard may be held.
func (vis *Visit) Goroutines() (*inspect.Goroutines, error) {
	if vis.goroutines != nil {
		return vis.goroutines, nil
	}
	if !vis.hasGoroutines() {
		return nil, &NameError{Name: goroutinesName}
	}
	most := 0
	if vis.callsForbidden {
		most = maxProposed
	}
	list, err := inspect.ReadGoroutines(most, vis.keepGoroutine)
	if err != nil || vis.callsForbidden {
		return list, err
	}
	if err := vis.own(list.All); err != nil {
		return nil, err
	}
	vis.noteGoroutines(list)
	vis.goroutines = list
	return list, nil
}

// keepGoroutine charges a goroutine to the Meter.
func (vis *Visit) keepGoroutine(bytes int) error {
	if err := vis.meter.keep(bytes); err != nil {
		return err
	}
	return vis.meter.read(1)
}

// noteGoroutines says what a list of goroutines is, and lacks.
func (vis *Visit) noteGoroutines(list *inspect.Goroutines) {
	line := "goroutines were read one after the other while they ran, and are not of one moment"
	for _, of := range []struct {
		n   int
		why string
	}{
		{list.Running, "running, without a stack to read"},
		{list.Torn, "never at rest while read: no stack"},
		{list.Cut, "whose stack could be read in part"},
	} {
		if of.n > 0 && list.Stacks {
			line += "; " + text.Thousands(of.n) + " " + of.why
		}
	}
	if !list.Stacks {
		line += "; stacks are not known on this machine, which keeps no frame pointers"
	}
	if list.System > 0 {
		line += "; " + text.Thousands(list.System) + " of the runtime's own are left out"
	}
	vis.report.note(line)
}
