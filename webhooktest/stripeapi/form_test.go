package stripeapi

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

func TestDecodeForm(t *testing.T) {
	for _, test := range []struct{ name, form, want string }{
		{"nothing", "", `{}`},
		{"scalars", "a=1&b=two+words&c=%C3%A9", `{"a":"1","b":"two words","c":"é"}`},
		{"no value", "a&b=", `{"a":"","b":""}`},
		{"an = in the value", "a=b=c", `{"a":"b=c"}`},
		{"the last of two", "a=1&a=2", `{"a":"2"}`},
		{"no name", "=1&a=2", `{"a":"2"}`},
		{"empty pairs", "&&a=1&", `{"a":"1"}`},
		{"hashes", "a[b]=1&a[c][d]=2", `{"a":{"b":"1","c":{"d":"2"}}}`},
		{"brackets are escaped", "a%5Bb%5D=1", `{"a":{"b":"1"}}`},
		{"numbered list", "a[0]=x&a[1]=y", `{"a":["x","y"]}`},
		{"numbered list in another order", "a[10]=z&a[2]=y&a[0]=x", `{"a":["x","y","z"]}`},
		{"list", "a[]=x&a[]=y", `{"a":["x","y"]}`},
		{"list of hashes", "a[0][b]=1&a[0][c]=2&a[1][b]=3", `{"a":[{"b":"1","c":"2"},{"b":"3"}]}`},
		{"list of hashes as Rack has it", "a[][b]=1&a[][c]=2&a[][b]=3", `{"a":[{"b":"1","c":"2"},{"b":"3"}]}`},
		{"deeper hashes as Rack has them", "a[][b][c]=1&a[][b][d]=2&a[][b][c]=3", `{"a":[{"b":{"c":"1","d":"2"}},{"b":{"c":"3"}}]}`},
		{"list in a list of hashes", "a[0][b][]=1&a[0][b][]=2", `{"a":[{"b":["1","2"]}]}`},
		{"hash with numbers and names", "a[0]=x&a[b]=y", `{"a":{"0":"x","b":"y"}}`},
		{"numbers at the top stay names", "0=a&1=b", `{"0":"a","1":"b"}`},
		{"a number that is no position", "a[-1]=x", `{"a":{"-1":"x"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := decodeForm(test.form)
			require.NoError(t, err)
			require.Equal(t, test.want, string(got.json()))
		})
	}
	for _, test := range []struct{ form, message string }{
		{"a[b=1", "brackets do not match"},
		{"a[b]c=1", "brackets do not match"},
		{"[a]=1", "has no name"},
		{"a=%", "not form encoded"},
		{"%zz=1", "not form encoded"},
		{"a=1&a[b]=2", "both as one value and as several"},
		{"a[b]=1&a=2", "both as one value and as several"},
		{"a[]=1&a[b]=2", "both as one value and as several"},
		{strings.Repeat("a[]=&", maxParams+1), "more than 5000"},
		{"a" + strings.Repeat("[]", maxDepth) + "=1", "nested more than 12 deep"},
	} {
		t.Run(test.message, func(t *testing.T) {
			_, err := decodeForm(test.form)
			require.ErrorContains(t, err, test.message)
		})
	}
}

// json shows parameters as JSON.
func (p *param) json() []byte {
	switch p.kind {
	case scalar:
		return rawjson.Quote(p.text)
	case array:
		elements := listOf()
		for _, field := range p.fields {
			elements.children = append(elements.children, mustNode(field.json()))
		}
		return elements.encode()
	}
	fields := object()
	for i, key := range p.keys {
		fields.keys, fields.children = append(fields.keys, key), append(fields.children, mustNode(p.fields[i].json()))
	}
	return fields.encode()
}

// FuzzDecodeForm: whatever a client sends is parameters or an error. Written with
// their full names, parameters are the same parameters.
func FuzzDecodeForm(f *testing.F) {
	for _, seed := range []string{
		"", "a=1&b=2", "a[b][c]=1&a[b][d]=", "a[0][b]=1&a[1][b]=2", "a[]=1&a[]=2", "a[][b]=1&a[][c]=2&a[][b]=3", "a%5B%5D=%20+",
		"items[0][price]=price_1&items[0][quantity]=2&expand[]=customer", "=&&=", "a[", "a]=1", "a[b]=1&a=2", "a[9999999999]=1", "a[00]=1&a[0]=2",
		"metadata[a.b]=1&metadata[]=2", "a[][]=1&a[][]=2", "\x00[\xff]=\xfe",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		p, err := decodeForm(form)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		flat := p.flat()
		require.LessOrEqual(t, len(flat), maxParams)
		require.True(t, json.Valid(p.json()))
		var again strings.Builder
		p.write("", &again)
		same, err := decodeForm(again.String())
		require.NoError(t, err)
		require.Equal(t, flat, same.flat())
		require.Equal(t, string(p.json()), string(same.json()))
	})
}

// write encodes parameters as SDKs do, with positions.
func (p *param) write(name string, out *strings.Builder) {
	if p.kind == scalar {
		out.WriteString(url.QueryEscape(name) + "=" + url.QueryEscape(p.text) + "&")
		return
	}
	for i, field := range p.fields {
		switch {
		case name == "":
			field.write(p.keys[i], out)
		case p.kind == hash:
			field.write(name+"["+p.keys[i]+"]", out)
		default:
			field.write(name+"["+strconv.Itoa(i)+"]", out)
		}
	}
}
