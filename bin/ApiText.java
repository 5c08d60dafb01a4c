import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes down the public API of a module as text: what the packages that it exports to everybody
 * let others see, with what may be null. Run by the build for each published module, whose class
 * path it needs:
 *
 * <pre>java -cp CLASSPATH bin/ApiText.java CLASSES TEXT [true]</pre>
 *
 * Fails if the text differs; with {@code true} it writes the text anew.
 */
public final class ApiText {
  private final StringBuilder text = new StringBuilder();
  private String thisPackage = "";

  private ApiText() {}

  public static void main(String[] args) throws Exception {
    Path classes = Path.of(args[0]);
    Path file = Path.of(args[1]).normalize();
    String text = new ApiText().ofModule(classes);
    String known = Files.exists(file) ? Files.readString(file) : "";
    if (text.equals(known)) {
      return;
    }
    if (args.length > 2 && args[2].equals("true")) {
      if (text.isEmpty()) {
        Files.delete(file);
      } else {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
      }
      System.out.println("Renewed: " + file);
      return;
    }
    Path found = classes.resolveSibling("api.txt");
    Files.writeString(found, text);
    String old = known.isEmpty() ? "/dev/null" : file.toString();
    new ProcessBuilder("diff", "-u", old, found.toString()).inheritIO().start().waitFor();
    System.err.println(
        "The public API is not what " + file + " says. If that is meant, ./check api renews it.");
    System.exit(1);
  }

  private String ofModule(Path classes) throws IOException, ClassNotFoundException {
    ModuleDescriptor module;
    try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
      module = ModuleDescriptor.read(in);
    }
    for (String name :
        module.exports().stream()
            .filter(exported -> !exported.isQualified())
            .map(ModuleDescriptor.Exports::source)
            .sorted()
            .toList()) {
      ofPackage(name, classes.resolve(name.replace('.', '/')));
    }
    return text.toString();
  }

  private void ofPackage(String name, Path directory) throws IOException, ClassNotFoundException {
    thisPackage = name;
    List<String> names;
    try (Stream<Path> files = Files.list(directory)) {
      names =
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith(".class") && !file.equals("package-info.class"))
              .map(file -> file.substring(0, file.length() - ".class".length()))
              .sorted(Comparator.comparing(file -> file.replace('$', '.')))
              .toList();
    }
    text.append(text.isEmpty() ? "" : "\n");
    Class<?> info = Class.forName(name + ".package-info", false, ApiText.class.getClassLoader());
    text.append(annotations(info)).append("package ").append(name).append("\n");
    for (String each : names) {
      Class<?> type = Class.forName(name + "." + each, false, ApiText.class.getClassLoader());
      if (isSeen(type)) {
        ofType(type);
      }
    }
  }

  private static boolean isSeen(Class<?> type) {
    return !type.isAnonymousClass()
        && !type.isLocalClass()
        && !type.isSynthetic()
        && isSeen(type.getModifiers())
        && (type.getEnclosingClass() == null || isSeen(type.getEnclosingClass()));
  }

  private static boolean isSeen(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private void ofType(Class<?> type) {
    text.append("\n").append(annotations(type)).append(head(type)).append("\n");
    if (type.isEnum()) {
      Arrays.stream(type.getEnumConstants())
          .map(constant -> (Enum<?>) constant)
          .forEach(constant -> text.append("  ").append(constant.name()).append("\n"));
    }
    SortedMap<String, String> fields = new TreeMap<>();
    SortedMap<String, String> constructors = new TreeMap<>();
    SortedMap<String, String> methods = new TreeMap<>();
    for (Class<?> owner = type; owner != null; owner = hiddenParent(owner)) {
      for (Field field : owner.getDeclaredFields()) {
        if (isSeen(field.getModifiers()) && !field.isEnumConstant() && !field.isSynthetic()) {
          fields.put(field.getName(), field(field));
        }
      }
      for (Method method : owner.getDeclaredMethods()) {
        if (isSeen(method.getModifiers()) && !method.isSynthetic() && !isEverywhere(method)) {
          methods.putIfAbsent(method.getName() + parameters(method), method(method));
        }
      }
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (isSeen(constructor.getModifiers()) && !constructor.isSynthetic()) {
        constructors.put(
            parameters(constructor),
            modifiers(constructor.getModifiers() & Modifier.PROTECTED)
                + typeParameters(constructor.getTypeParameters())
                + type.getSimpleName()
                + parameters(constructor));
      }
    }
    Stream.of(fields, constructors, methods)
        .flatMap(members -> members.values().stream())
        .forEach(member -> text.append("  ").append(member).append("\n"));
  }

  /** What a class has from one that others do not see is its own. */
  private static Class<?> hiddenParent(Class<?> type) {
    Class<?> parent = type.getSuperclass();
    return parent != null && !isSeen(parent.getModifiers()) ? parent : null;
  }

  /** What each class has, or each enum. Whether objects are compared by value is worth a line. */
  private static boolean isEverywhere(Method method) {
    return switch (method.getName()) {
      case "hashCode", "toString" -> method.getParameterCount() == 0;
      case "values", "valueOf" -> method.getDeclaringClass().isEnum();
      default -> false;
    };
  }

  private String head(Class<?> type) {
    int kept = Modifier.PROTECTED | Modifier.STATIC | Modifier.ABSTRACT | Modifier.FINAL;
    String kind = "class ";
    if (type.isAnnotation()) {
      kind = "@interface ";
      kept = 0;
    } else if (type.isInterface()) {
      kind = "interface ";
      kept = 0;
    } else if (type.isEnum()) {
      kind = "enum ";
      kept = 0;
    } else if (type.isRecord()) {
      throw new IllegalStateException(
          type + " is a public record, which cannot grow: docs/decisions/public-api.md");
    }
    StringBuilder head = new StringBuilder(modifiers(type.getModifiers() & kept));
    head.append(type.isSealed() ? "sealed " : "").append(kind);
    head.append(name(type)).append(typeParameters(type.getTypeParameters()));
    List<String> parents = new ArrayList<>();
    if (type.getSuperclass() != null
        && type.getSuperclass() != Object.class
        && !type.isEnum()) {
      parents.add(type(type.getAnnotatedSuperclass()));
    }
    Arrays.stream(type.getAnnotatedInterfaces()).map(this::type).sorted().forEach(parents::add);
    if (!parents.isEmpty()) {
      head.append(" : ").append(String.join(", ", parents));
    }
    return head.toString();
  }

  private String field(Field field) {
    int kept = Modifier.PROTECTED | Modifier.STATIC | Modifier.FINAL;
    String value = "";
    if (Modifier.isStatic(field.getModifiers())
        && Modifier.isFinal(field.getModifiers())
        && (field.getType().isPrimitive() || field.getType() == String.class)) {
      try {
        // The compiler copies it into the code of others.
        value = " = " + field.get(null);
      } catch (IllegalAccessException e) {
        value = "";
      }
    }
    return modifiers(field.getModifiers() & kept)
        + type(field.getAnnotatedType())
        + " "
        + field.getName()
        + value;
  }

  private String method(Method method) {
    boolean isFinalClass = Modifier.isFinal(method.getDeclaringClass().getModifiers());
    int kept =
        Modifier.PROTECTED
            | Modifier.STATIC
            | (isFinalClass ? 0 : Modifier.FINAL)
            | (method.getDeclaringClass().isInterface() ? 0 : Modifier.ABSTRACT);
    return annotations(method)
        + modifiers(method.getModifiers() & kept)
        + (method.isDefault() ? "default " : "")
        + typeParameters(method.getTypeParameters())
        + type(method.getAnnotatedReturnType())
        + " "
        + method.getName()
        + parameters(method);
  }

  private String parameters(Executable executable) {
    List<String> types = new ArrayList<>();
    for (AnnotatedType parameter : executable.getAnnotatedParameterTypes()) {
      types.add(type(parameter));
    }
    if (executable.isVarArgs()) {
      String last = types.get(types.size() - 1);
      types.set(types.size() - 1, last.substring(0, last.length() - 2) + "...");
    }
    String thrown =
        Arrays.stream(executable.getAnnotatedExceptionTypes())
            .map(this::type)
            .sorted()
            .collect(Collectors.joining(", "));
    return "(" + String.join(", ", types) + ")" + (thrown.isEmpty() ? "" : " throws " + thrown);
  }

  private String typeParameters(TypeVariable<?>[] variables) {
    if (variables.length == 0) {
      return "";
    }
    return Arrays.stream(variables)
        .map(
            variable ->
                annotations(variable)
                    + variable.getName()
                    + bounds(" extends ", variable.getAnnotatedBounds()))
        .collect(Collectors.joining(", ", "<", "> "));
  }

  private String bounds(String word, AnnotatedType[] bounds) {
    String types = Arrays.stream(bounds).map(this::type).collect(Collectors.joining(" & "));
    return types.isEmpty() || types.equals("Object") ? "" : word + types;
  }

  private String type(AnnotatedType type) {
    if (type instanceof AnnotatedArrayType array) {
      return type(array.getAnnotatedGenericComponentType())
          + (type.getAnnotations().length == 0 ? "" : " " + annotations(type))
          + "[]";
    } else if (type instanceof AnnotatedParameterizedType parameterized) {
      Class<?> raw = (Class<?>) ((java.lang.reflect.ParameterizedType) type.getType()).getRawType();
      return annotations(type)
          + name(raw)
          + Arrays.stream(parameterized.getAnnotatedActualTypeArguments())
              .map(this::type)
              .collect(Collectors.joining(", ", "<", ">"));
    } else if (type instanceof AnnotatedWildcardType wildcard) {
      String lower = bounds(" super ", wildcard.getAnnotatedLowerBounds());
      return annotations(type)
          + "?"
          + (lower.isEmpty() ? bounds(" extends ", wildcard.getAnnotatedUpperBounds()) : lower);
    } else if (type.getType() instanceof Class<?> plain) {
      return annotations(type) + name(plain);
    }
    return annotations(type) + type.getType().getTypeName();
  }

  /** Without the packages that every reader knows. */
  private String name(Class<?> type) {
    String name = type.getCanonicalName();
    String in = type.getPackageName();
    boolean isKnown = in.equals(thisPackage) || in.equals("java.lang") || in.equals("java.util");
    return isKnown && !type.isPrimitive() ? name.substring(in.length() + 1) : name;
  }

  private static String annotations(AnnotatedElement element) {
    return Arrays.stream(element.getAnnotations())
        .map(Annotation::annotationType)
        .map(type -> "@" + type.getSimpleName() + " ")
        .sorted()
        .collect(Collectors.joining());
  }

  private static String modifiers(int modifiers) {
    return modifiers == 0 ? "" : Modifier.toString(modifiers) + " ";
  }
}
