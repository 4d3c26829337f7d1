package process

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
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
	profileSample, profileLocation, profileFunction, profileString = 2, 4, 5, 6
	sampleLocation, sampleValue                                    = 1, 2
	locationID, locationLine, lineFunction                         = 1, 4, 1
	functionID, functionName                                       = 1, 2
)

func decode(file []byte) (*profile, error) {
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(z, maxDecoded))
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
	for len(message) > 0 {
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
		if err := f(int(tag>>3), n, b); err != nil {
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
