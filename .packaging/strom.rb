# The Homebrew formula, for a tap of one's own: brew tap-new NAME/strom, this file into its Formula/, then
# brew install --HEAD NAME/strom/strom. Completions and manual pages come with cmake --install.
class Strom < Formula
  desc "From PostgreSQL to BigQuery through Datastream, in the terminal"
  homepage "https://github.com/navikt/strom"
  license "MIT"
  version "0.1.0"
  head "https://github.com/navikt/strom.git", branch: "main"

  depends_on "cmake" => :build
  depends_on "ninja" => :build
  depends_on "pkgconf" => :build
  depends_on "cjson"
  depends_on "curl"
  depends_on "libmicrohttpd"
  depends_on "libpq"
  depends_on "libyaml"
  depends_on "ncurses"
  depends_on "openssl@3"
  depends_on "postgresql@16"
  depends_on "sqlite"
  depends_on "utf8proc"

  def install
    system "cmake", "-S", ".", "-B", "build", "-G", "Ninja", "-DSTROM_TESTS=OFF", "-DSTROM_PACKAGE=ON",
           *std_cmake_args
    system "cmake", "--build", "build"
    system "cmake", "--install", "build"
  end

  test do
    # of a HEAD build, `version` names a commit
    assert_match(/^strom \d+\.\d+\.\d+$/, shell_output("#{bin}/strom --version"))
    (testpath/"columns.csv").write <<~CSV
      schema,table,column,type,nullable,is_pk,comment
      public,person,fodselsnummer,varchar(11),no,no,
    CSV
    assert_match "\"special\"", shell_output("#{bin}/strom tables --judge columns.csv --json")
    assert_match "did you mean", shell_output("#{bin}/strom chekc 2>&1", 2)
    assert_path_exists man1/"strom.1.gz"
  end
end
