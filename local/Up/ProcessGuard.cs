using System.Diagnostics;

namespace Byon.Local.Up;

/// <summary>
/// Leaves no process behind, even if this one is killed without warning: a shell waits for the end of its input, which is
/// the end of this process, and then ends whatever carries this process's mark in its environment. Processes inherit the
/// mark, so it does not matter who started them.
/// </summary>
internal static class ProcessGuard
{
    private const string Variable = "BYON_STACK";

    private const string Script = """
        exec >/dev/null 2>&1
        cat
        end() {
          found=1
          for process in /proc/[0-9]*; do
            if tr '\0' '\n' <"$process/environ" | grep -qx "BYON_STACK=$1"; then kill -"$2" "${process#/proc/}" && found=0; fi
          done
          return $found
        }
        end "$1" TERM && sleep 5 && end "$1" KILL
        """;

    private static readonly Lock Starting = new();
    private static Process? _guard;

    /// <summary>From now on, every process that is started from here is guarded.</summary>
    public static void Arm()
    {
        lock (Starting)
        {
            if (_guard is not null)
            {
                return;
            }

            var mark = Guid.NewGuid().ToString("N");
            var start = new ProcessStartInfo("setsid", ["sh", "-c", Script, "byon-guard", mark]) { RedirectStandardInput = true };
            _guard = Process.Start(start);
            Environment.SetEnvironmentVariable(Variable, mark);
        }
    }
}
