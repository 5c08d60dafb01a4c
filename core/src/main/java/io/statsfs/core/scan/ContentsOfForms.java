package io.statsfs.core.scan;

import io.statsfs.spi.Shape;
import java.util.List;

/**
 * A file of which several forms are declared. The text is read by the first form that each of its
 * lines has, and by the first one of all if there is none.
 */
final class ContentsOfForms implements FileContents {
  private final List<DeclaredForm> forms;

  /** That of the last text. */
  private DeclaredForm form;

  ContentsOfForms(List<DeclaredForm> forms) {
    this.forms = forms;
    form = forms.get(0);
  }

  @Override
  public Shape shape() {
    return form.shape();
  }

  @Override
  public Found read(byte[] text, int length, boolean isCut, Runnable step) {
    DeclaredForm fitting = null;
    Found ofFitting = null;
    Found ofFirst = null;
    for (DeclaredForm next : forms) {
      Found found = next.read(text, length, isCut, step);
      ofFirst = ofFirst == null ? found : ofFirst;
      if (next.fits() && (fitting == null || !found.groups().isEmpty())) {
        fitting = next;
        ofFitting = found;
        if (!found.groups().isEmpty()) {
          break;
        }
      }
    }
    form = fitting == null ? forms.get(0) : fitting;
    if (ofFitting != null) {
      return ofFitting;
    }
    Finding finding = ofFirst.problem();
    return finding == null || !ofFirst.groups().isEmpty()
        ? ofFirst
        : new Found(
            ofFirst.rows(),
            ofFirst.columns(),
            ofFirst.groups(),
            new Finding(
                finding.kind(),
                finding.cause(),
                finding.message() + "; nor has it another form that is declared"));
  }
}
