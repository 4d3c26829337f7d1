package client

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

// printJSON prints the value on a line. What a terminal would act on is escaped, which means the same.
func printJSON(w io.Writer, a *telnet.Answer) error {
	var b bytes.Buffer
	if err := json.Compact(&b, a.Value); err != nil {
		return failure{err}
	}
	_, err := fmt.Fprintf(w, "%s\n", text.EscapeJSON(b.Bytes()))
	return err
}

// printRaw prints a string, a number, true, false or null. What a terminal would act on is escaped.
func printRaw(w io.Writer, a *telnet.Answer) error {
	s, ok := scalar(a.Value)
	if !ok {
		return failed("the answer is of type %s, and --raw prints strings and numbers; ask for a part of it, or take --json", a.Type)
	}
	_, err := fmt.Fprintln(w, s)
	return err
}

// scalar returns a JSON value without quotes, if it is neither an object nor a list.
func scalar(value json.RawMessage) (string, bool) {
	switch value = bytes.TrimSpace(value); {
	case len(value) == 0 || value[0] == '{' || value[0] == '[':
		return "", false
	case value[0] != '"':
		return string(value), true
	}
	var s string
	if err := json.Unmarshal(value, &s); err != nil {
		return "", false
	}
	return text.EscapeLines(s), true
}

// printCSV prints a list of structs, or of scalars under the header value. A field that is not a scalar
// is JSON.
func printCSV(w io.Writer, a *telnet.Answer) error {
	var list []json.RawMessage
	if err := json.Unmarshal(a.Value, &list); err != nil {
		hint := "take --json"
		if strings.HasPrefix(a.Type, "map") {
			hint = "take values(…) of it, or --json"
		}
		return failed("the answer is of type %s, and --csv prints lists of structs; %s", a.Type, hint)
	}
	rows := make([][]field, len(list))
	for i, element := range list {
		var err error
		if rows[i], err = fieldsOf(element); err != nil {
			return err
		}
	}
	return writeCSV(w, rows)
}

// writeCSV writes rows under a header of all fields that occur, in the order in which they do.
func writeCSV(w io.Writer, rows [][]field) error {
	var header []string
	columns := map[string]int{}
	for _, row := range rows {
		for _, f := range row {
			if _, ok := columns[f.name]; !ok {
				columns[f.name] = len(header)
				header = append(header, f.name)
			}
		}
	}
	out := csv.NewWriter(w)
	if len(header) > 0 {
		out.Write(header)
	}
	for _, row := range rows {
		cells := make([]string, len(header))
		for _, f := range row {
			cells[columns[f.name]] = f.value
		}
		out.Write(cells)
	}
	out.Flush()
	return out.Error()
}

type field struct{ name, value string }

// cutMark is the key of what stands beside a value: that it was cut, and the like.
const cutMark = "…"

// fieldsOf returns the fields of an element of a list in their order.
func fieldsOf(element json.RawMessage) ([]field, error) {
	if s, ok := scalar(element); ok {
		return []field{{"value", s}}, nil
	}
	d := json.NewDecoder(bytes.NewReader(element))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return []field{{"value", string(text.EscapeJSON(element))}}, nil
	}
	var all []field
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, failure{err}
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, failure{err}
		}
		name, _ := key.(string)
		if name == cutMark {
			return nil, failed("a row is not whole: %s; ask for less, or take --json", text.EscapeJSON(value))
		}
		s, ok := scalar(value)
		if !ok {
			s = string(text.EscapeJSON(value))
		}
		all = append(all, field{text.Escape(name), s})
	}
	return all, nil
}
