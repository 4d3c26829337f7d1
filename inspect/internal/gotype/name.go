// Package gotype knows Go types by their names, and makes values of them: it converts plain data to
// the type of a map's keys, as Go converts constants.
package gotype

import (
	"reflect"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// Name writes t as in Go source: any for the empty interface, []byte for []uint8, and type
// arguments with their package's name and not its path. A type that was made has the name that its
// tag gives it, and a field that a tag hides is not there. It is "" for nil.
func Name(t reflect.Type) string {
	if t == nil {
		return ""
	}
	s := t.String()
	if isTagged(s) {
		s = nameByTags(t)
	}
	s = strings.ReplaceAll(s, "interface {}", "any")
	s = listsOfBytes(s)
	if !strings.Contains(s, "[") || !strings.Contains(s, "/") {
		return s
	}
	return text.ShortPaths(s)
}

// listsOfBytes writes byte for uint8 in s where that is the element of a slice or an array.
func listsOfBytes(s string) string {
	const elem = "]uint8"
	for from := 0; ; {
		at := strings.Index(s[from:], elem)
		if at < 0 {
			return s
		}
		at += from
		from = at + len(elem)
		length := strings.LastIndexByte(s[:at], '[')
		if length < 0 || strings.Trim(s[length+1:at], "0123456789") != "" || from < len(s) && strings.IndexByte(" ,])}*.", s[from]) < 0 {
			continue
		}
		s = s[:at] + "]byte" + s[from:]
		from = at
	}
}

// Qualified returns the import path of t's package and t's name without type arguments, as in
// "sync/atomic.Pointer". Types of the standard library are recognized by it: those of another
// process have the same names, but are not this process's types.
func Qualified(t reflect.Type) string {
	name, _, _ := strings.Cut(t.Name(), "[")
	return t.PkgPath() + "." + name
}

// IsDuration reports whether t is time.Duration; t may be nil.
func IsDuration(t reflect.Type) bool {
	return t != nil && t.Kind() == reflect.Int64 && Qualified(t) == "time.Duration"
}
