package access

import (
	"reflect"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/text"
)

// GoroutinesName is the name under which goroutines are exposed.
const GoroutinesName = "goroutines"

// ExposeGoroutines exposes the goroutines of this process, as goroutines. Each Visit that asks for
// them reads them once; see [Visit.SpareStacks].
func (o *Objects) ExposeGoroutines(opts Options) error {
	return o.expose(GoroutinesName, func(vis *Visit) (any, error) {
		if err := vis.readGoroutines(); err != nil {
			return nil, err
		}
		return vis.goroutines.All, nil
	}, reflect.TypeFor[[]inspect.Goroutine](), opts)
}

// maxProposed bounds the goroutines that are read where completion only asks what they have.
const maxProposed = 16

// hasGoroutines reports whether they are exposed.
func (vis *Visit) hasGoroutines() bool {
	e := vis.entry(GoroutinesName)
	return e != nil && e.list != nil
}

// SpareStacks says that nothing is to be asked of the elements of goroutines that [inspect.OfStack]
// names, nor of one as a whole. They are read without their stacks, which takes a fraction of the
// time. It is to be called before the first Get.
func (vis *Visit) SpareStacks() { vis.stacksSpared = true }

// AreGoroutines reports whether v is the exposed list of goroutines.
func (v *View) AreGoroutines() bool {
	return v.up == nil && v.step == stepRoot && v.name == GoroutinesName && v.visit.hasGoroutines()
}

// toldOfGoroutines has the names of what is told of goroutines where they are not read field by field:
// all but their labels.
type toldOfGoroutines struct {
	id, state, wait, blocked, top, entry, createdBy, parent, waitsFor struct{}

	frames []struct{ function, file, line struct{} }
}

// Goroutines returns the goroutines of this process, as the Visit read them when it first asked, for
// all but their labels. It is a *NameError if the application does not expose them, and a
// *RedactedError if it hides any of that. No guard may be held.
func (vis *Visit) Goroutines() (*inspect.Goroutines, error) {
	none := &NameError{Name: GoroutinesName}
	if !vis.hasGoroutines() {
		return nil, none
	}
	v, err := vis.Get(GoroutinesName)
	if err != nil {
		return nil, err
	}
	if vis.goroutines == nil { // the name is another object's
		return nil, none
	}
	if vis.stacksSpared { // who holds a guard is asked after all
		vis.stacksSpared = false
		if err := vis.readGoroutines(); err != nil {
			return nil, err
		}
	}
	if v.hidden || v.policy.hide.Reaches(v.hide, reflect.TypeFor[[]toldOfGoroutines]()) {
		return nil, &RedactedError{Path: GoroutinesName}
	}
	return vis.goroutines, nil
}

// readGoroutines reads the goroutines of this process.
func (vis *Visit) readGoroutines() error {
	asked := inspect.Asked{Stacks: !vis.stacksSpared}
	if vis.callsForbidden {
		asked.Most = maxProposed
	}
	list, err := inspect.ReadGoroutines(asked, vis.keepGoroutine, vis.meter.work)
	if err != nil {
		return err
	}
	vis.goroutines = list
	if vis.callsForbidden {
		return nil
	}
	if err := vis.own(list.All); err != nil {
		return err
	}
	vis.noteGoroutines(list)
	return nil
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
	vis.report.stands("goroutines were read one after the other while they ran, and are not of one moment; those of the runtime itself are left out")
	switch {
	case vis.stacksSpared:
	case list.Stacks:
		vis.report.stands("a goroutine that runs has no stack")
	default:
		vis.report.stands("stacks are not known on this machine, which keeps no frame pointers")
	}
	running, torn, cut := list.Running, list.Torn, list.Cut
	if !list.Stacks {
		running, torn, cut = 0, 0, 0
	}
	for _, of := range []struct {
		n            int
		one, several string
	}{
		{running, "other goroutine ran, and has no stack", "other goroutines ran, and have no stack"},
		{torn, "goroutine was never at rest while it was read, and has no stack", "goroutines were never at rest while they were read, and have no stack"},
		{cut, "goroutine has a stack that could be read in part", "goroutines have stacks that could be read in part"},
		{list.Unlabelled, "goroutine has labels that are not known in this version of Go", "goroutines have labels that are not known in this version of Go"},
		{list.Relabelled, "goroutine changed its labels each time they were read: they are left out", "goroutines changed their labels each time they were read: they are left out"},
	} {
		if of.n > 0 {
			vis.report.note(text.Count(of.n, of.one, of.several))
		}
	}
}
