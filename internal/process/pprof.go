package process

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"slices"
)

// profile is what we need of a file that package runtime/pprof writes: profile.proto of the pprof
// project, in protocol buffers, compressed. Registry imports nothing but the standard library, which
// has no reader of it.
type profile struct {
	samples   []sample
	locations map[uint64][]uint64 // the functions of each, the innermost of those that were inlined first
	functions map[uint64]uint64   // their names, as indexes of strings
	strings   []string
}

type sample struct {
	locations []uint64 // innermost first
	values    []uint64
}

// text returns string i, "" if there is none.
func (p *profile) text(i uint64) string {
	if i < uint64(len(p.strings)) {
		return p.strings[i]
	}
	return ""
}

// maxDecoded bounds a profile, uncompressed.
const maxDecoded = 64 << 20

// The numbers of the fields in profile.proto.
const (
	profileType, profileSample, profileMapping, profileLocation = 1, 2, 3, 4
	profileFunction, profileString, profilePeriod               = 5, 6, 11
	sampleLocation, sampleValue                                 = 1, 2
	locationID, locationLine, lineFunction                      = 1, 4, 1
	functionID, functionName                                    = 1, 2
)

// unpack returns what is compressed in file.
func unpack(file []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(z, maxDecoded))
	if err == nil && len(raw) == maxDecoded {
		err = errProfile
	}
	return raw, err
}

// withoutLabels returns the file of a profile without the labels of its samples, which the application
// may have given any text.
func withoutLabels(file []byte) ([]byte, error) {
	raw, err := unpack(file)
	if err != nil {
		return nil, err
	}
	// The strings that something other than a label is written in.
	used := map[uint64]bool{0: true}
	use := func(message []byte, fields ...int) error {
		return eachField(message, func(field int, n uint64, b []byte) error {
			if b == nil && slices.Contains(fields, field) {
				used[n] = true
			}
			return nil
		})
	}
	err = eachField(raw, func(field int, n uint64, b []byte) error {
		switch field {
		case profileType, profilePeriod:
			return use(b, 1, 2) // type and unit
		case profileMapping:
			return use(b, 5, 6) // file and build ID
		case profileFunction:
			return use(b, functionName, 3, 4) // its name, its name as the linker has it, and its file
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []byte
	number := uint64(0)
	err = eachSpan(raw, func(field int, n uint64, b, span []byte) error {
		switch field {
		case profileSample:
			var sample []byte
			err := eachSpan(b, func(field int, _ uint64, _, span []byte) error {
				if field == sampleLocation || field == sampleValue {
					sample = append(sample, span...)
				}
				return nil
			})
			out = appendBytes(out, field, sample)
			return err
		case profileString:
			if !used[number] {
				span = appendBytes(nil, field, nil)
			}
			number++
		case profileType, profileMapping, profileLocation, profileFunction, profilePeriod,
			9, 10, 12: // when it began, how long it took, how long a sample is apart from the next
		default:
			return nil // it may name strings
		}
		out = append(out, span...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(out); err != nil {
		return nil, err
	}
	err = z.Close()
	return packed.Bytes(), err
}

// appendBytes appends a field that is bytes.
func appendBytes(to []byte, field int, b []byte) []byte {
	to = binary.AppendUvarint(to, uint64(field)<<3|2)
	return append(binary.AppendUvarint(to, uint64(len(b))), b...)
}

func decode(file []byte) (*profile, error) {
	raw, err := unpack(file)
	if err != nil {
		return nil, err
	}
	p := &profile{locations: map[uint64][]uint64{}, functions: map[uint64]uint64{}}
	err = eachField(raw, func(field int, n uint64, b []byte) error {
		switch field {
		case profileSample:
			var s sample
			err := eachField(b, func(field int, n uint64, b []byte) error {
				switch field {
				case sampleLocation:
					return appendNumbers(&s.locations, n, b)
				case sampleValue:
					return appendNumbers(&s.values, n, b)
				}
				return nil
			})
			p.samples = append(p.samples, s)
			return err
		case profileLocation:
			var id uint64
			var functions []uint64
			err := eachField(b, func(field int, n uint64, b []byte) error {
				switch field {
				case locationID:
					id = n
				case locationLine:
					return eachField(b, func(field int, n uint64, _ []byte) error {
						if field == lineFunction {
							functions = append(functions, n)
						}
						return nil
					})
				}
				return nil
			})
			p.locations[id] = functions
			return err
		case profileFunction:
			var id, name uint64
			err := eachField(b, func(field int, n uint64, _ []byte) error {
				switch field {
				case functionID:
					id = n
				case functionName:
					name = n
				}
				return nil
			})
			p.functions[id] = name
			return err
		case profileString:
			p.strings = append(p.strings, string(b))
		}
		return nil
	})
	return p, err
}

var errProfile = errors.New("the profile cannot be decoded")

// eachField calls f for each field of a message: with the number n that it is, or with its bytes.
func eachField(message []byte, f func(field int, n uint64, b []byte) error) error {
	return eachSpan(message, func(field int, n uint64, b, _ []byte) error { return f(field, n, b) })
}

// eachSpan is eachField with the span of the message that the field takes.
func eachSpan(message []byte, f func(field int, n uint64, b, span []byte) error) error {
	for len(message) > 0 {
		whole := message
		tag, size := binary.Uvarint(message)
		if size <= 0 {
			return errProfile
		}
		message = message[size:]
		n, size := uint64(0), 8
		var b []byte
		switch tag & 7 { // the wire types of protocol buffers
		case 0:
			n, size = binary.Uvarint(message)
		case 1:
		case 2:
			var length uint64
			length, size = binary.Uvarint(message)
			if size <= 0 || length > uint64(len(message)-size) {
				return errProfile
			}
			b = message[size:][:length]
			size += int(length)
		case 5:
			size = 4
		default:
			return errProfile
		}
		if size <= 0 || size > len(message) {
			return errProfile
		}
		message = message[size:]
		if err := f(int(tag>>3), n, b, whole[:len(whole)-len(message)]); err != nil {
			return err
		}
	}
	return nil
}

// appendNumbers appends the numbers of a repeated field: one, or those that b packs.
func appendNumbers(to *[]uint64, n uint64, b []byte) error {
	if b == nil {
		*to = append(*to, n)
	}
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			return errProfile
		}
		*to, b = append(*to, n), b[size:]
	}
	return nil
}
