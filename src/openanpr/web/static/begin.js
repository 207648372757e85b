// Before the page is drawn: parts that need scripts show themselves only where scripts run.
document.documentElement.classList.add("js-enabled", "govuk-frontend-supported");
document.addEventListener("DOMContentLoaded", () =>
  document.body.classList.add("js-enabled", "govuk-frontend-supported"),
);
