//go:build sightglass_drift

package goroutine

import (
	"os"
	"slices"
)

// prefix stands before the names of fields of this package in the environment.
const prefix = "goroutine."

// Fields returns the names of the fields that can be moved; see peek.Fields.
func Fields() (names []string) {
	for _, f := range new(layout).fields() {
		names = append(names, prefix+f.name)
	}
	for name := range new(layout).labelFields() {
		names = append(names, prefix+name)
	}
	slices.Sort(names)
	return names
}

// moved plays a future Go version in which the field that the environment names is not what its name
// says: what is read there is the word behind it.
func moved(l *layout) { l.move(os.Getenv("SIGHTGLASS_DRIFT")) }

func (l *layout) move(field string) {
	for _, f := range l.fields() {
		if field == prefix+f.name {
			if *f.at += wordSize; f.at == &l.receivers {
				*f.at += wordSize // the word behind the first of a queue is the last, which may be the same
			}
		}
	}
	for name, at := range l.labelFields() {
		if field == prefix+name {
			*at += wordSize
		}
	}
	l.gWords++
}

// labelFields names what labelled finds.
func (l *layout) labelFields() map[string]*uintptr {
	return map[string]*uintptr{"label.pairs": &l.pairs, "label.value": &l.value, "label.pair": &l.pair}
}
