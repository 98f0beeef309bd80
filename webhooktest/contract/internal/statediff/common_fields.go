package statediff

import (
	"encoding/json"
	"slices"
)

// CommonFields takes out of objects' states the fields that only some of the references
// have: a time that is not set yet is 0, null or nothing. What is left can be compared.
func CommonFields(references []Diff, did Diff) (kept []Diff, left Diff) {
	all := append(slices.Clone(references), did)
	for place := range (Baseline{References: references}).Touched() {
		if common := commonFields(place, references); common != nil {
			for i := range all {
				all[i] = all[i].only(place, common)
			}
		}
	}
	return all[:len(references)], all[len(references)]
}

// commonFields returns the fields of a place's one record that all references have, nil if
// all have the same.
func commonFields(place string, references []Diff) (common map[string]bool) {
	var first shape
	differ := false
	for i, reference := range references {
		records := reference[place].Records
		if len(records) != 1 {
			return nil
		}
		fields := records[0].object()
		if i == 0 {
			first, common = records[0].shape, make(map[string]bool)
			for name := range fields {
				common[name] = true
			}
			continue
		}
		differ = differ || records[0].shape != first
		for name := range common {
			if _, has := fields[name]; !has {
				delete(common, name)
			}
		}
	}
	if !differ || len(common) == 0 {
		return nil
	}
	return common
}

// only returns the changes with some of the fields of the records at a place.
func (d Diff) only(place string, names map[string]bool) Diff {
	change, touched := d[place]
	if !touched {
		return d
	}
	left := d.Without(map[string]bool{place: true})
	for _, r := range change.Records {
		fields := r.object()
		for name := range fields {
			if !names[name] {
				delete(fields, name)
			}
		}
		if len(fields) > 0 {
			r = newRecord(fields)
		}
		left.add(place, 0, r)
	}
	return left
}

// object returns the fields of a record that is an object, or nil.
func (r Record) object() (fields map[string]any) {
	if json.Unmarshal([]byte(r.said), &fields) != nil {
		return nil
	}
	return fields
}
