package redact

import (
	"reflect"
	"strings"
	"sync"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access/internal/kind"
	"github.com/sightglass-go/sightglass/internal/secret"
)

// Field is a field of a struct under redaction.
type Field struct {
	inspect.Field
	Absent   bool         // tagged `inspect:"-"`: nobody sees that it exists
	Secret   bool         // tagged `inspect:"secret"`: never shown
	Kinds    secret.Kinds // what is secret in it by its own name and type
	Inherits bool         // its name says nothing, so what is secret in the struct is secret in it
	// Contained says that the struct is shown as what it holds, and the field is how it does.
	Contained bool
}

// fields caches FieldsOf. It grows with the types of the program, as reflect's own caches do.
var fields sync.Map // of reflect.Type to []Field

// FieldsOf returns the fields of a struct type, in the order of their declaration.
func FieldsOf(t reflect.Type) []Field {
	if list, ok := fields.Load(t); ok {
		return list.([]Field)
	}
	var list []Field
	only, lexeme, contained := soleText(t), isLexeme(t), inspect.IsContainer(t)
	for i, f := range inspect.Fields(t) {
		list = append(list, Field{
			Field:     f,
			Absent:    f.Tagged("-"),
			Secret:    f.Tagged("secret"),
			Kinds:     secret.ByName(f.Name) | secret.ByName(f.GoName) | ByType(f.Type),
			Inherits:  !lexeme && (i == only || f.Embedded || kind.Deref(f.Type) == t || secret.Generic(f.Name) || secret.Generic(f.GoName)),
			Contained: contained,
		})
	}
	stored, _ := fields.LoadOrStore(t, list)
	return stored.([]Field)
}

// soleText returns the index of the only text among the fields of t if the others are numbers and
// flags, as in a token with its expiry; -1 if there is none. It stands for the whole struct.
func soleText(t reflect.Type) int {
	only := -1
	for i, f := range inspect.Fields(t) {
		if f.Name == "_" || f.Tagged("-") {
			continue
		}
		switch contentOf(f.Type) {
		case mixedContent:
			return -1
		case textContent:
			if only >= 0 || secret.Metadata(f.GoName) {
				return -1
			}
			only = i
		}
	}
	return only
}

// isLexeme reports whether t is what a lexer calls a token: it has a kind and a position in a
// source.
func isLexeme(t reflect.Type) bool {
	hasKind, hasPosition := false, false
	for _, f := range inspect.Fields(t) {
		switch strings.ToLower(f.GoName) {
		case "kind", "type", "typ", "tok":
			hasKind = true
		case "pos", "line", "offset", "start":
			hasPosition = hasPosition || contentOf(f.Type) == numberContent
		}
	}
	return hasKind && hasPosition
}
