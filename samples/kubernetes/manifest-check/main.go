// Command manifest-check decodes manifests as strictly as an API server can: a field that is unknown, misspelled, there
// twice or of a wrong type fails. Of a DaemonSet it also checks that parts which name each other fit together.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/yaml"
)

func main() {
	scheme := runtime.NewScheme()
	if err := errors.Join(appsv1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		panic(err)
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: manifest-check FILE...")
		os.Exit(2)
	}
	failed := false
	for _, file := range os.Args[1:] {
		objects, err := decode(decoder, file)
		for _, object := range objects {
			if daemons, ok := object.(*appsv1.DaemonSet); ok {
				err = errors.Join(err, consistent(daemons))
			}
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "manifest-check: %s: %v\n", file, err)
			failed = true
		} else {
			fmt.Printf("%s: %d objects are valid\n", file, len(objects))
		}
	}
	if failed {
		os.Exit(1)
	}
}

func decode(decoder runtime.Decoder, file string) ([]runtime.Object, error) {
	content, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	var objects []runtime.Object
	documents := yaml.NewYAMLReader(bufio.NewReader(content))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			if len(objects) == 0 {
				return nil, errors.New("no object")
			}
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		object, _, err := decoder.Decode(document, nil, nil)
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
}

// consistent checks what the API server refuses although each field by itself is right.
func consistent(daemons *appsv1.DaemonSet) error {
	var err error
	selector, wrong := metav1.LabelSelectorAsSelector(daemons.Spec.Selector)
	if wrong != nil || selector.Empty() || !selector.Matches(labels.Set(daemons.Spec.Template.Labels)) {
		err = errors.Join(err, errors.New("the selector does not select the template's labels"))
	}
	volumes := map[string]bool{}
	for _, volume := range daemons.Spec.Template.Spec.Volumes {
		volumes[volume.Name] = true
	}
	if len(daemons.Spec.Template.Spec.Containers) == 0 {
		err = errors.Join(err, errors.New("no container"))
	}
	for _, container := range daemons.Spec.Template.Spec.Containers {
		if container.Name == "" || container.Image == "" {
			err = errors.Join(err, errors.New("a container without a name or an image"))
		}
		for _, mount := range container.VolumeMounts {
			if !volumes[mount.Name] {
				err = errors.Join(err, fmt.Errorf("no volume is called %q", mount.Name))
			}
		}
		for resource, request := range container.Resources.Requests {
			if limit, ok := container.Resources.Limits[resource]; ok && request.Cmp(limit) > 0 {
				err = errors.Join(err, fmt.Errorf("more %s is requested than the limit allows", resource))
			}
		}
	}
	return err
}
