using Byon.Infra.Model.Configuration;

namespace Byon.Infra.Model.Nodes;

/// <summary>
/// The pool grows by itself and never shrinks by itself: a node is taken away by deleting its machine, which drains first
/// (docs/operate.md). A rule that scales in would pick a machine with calls on it.
/// </summary>
/// <param name="OutAtProcessorPercent">Average over the pool and <paramref name="Window"/>.</param>
public sealed record ScalePolicy(int Count, int Maximum, int OutAtProcessorPercent, TimeSpan Window, TimeSpan Pause)
{
    public static ScalePolicy Of(ServiceConfiguration configuration) => new(
        configuration.Nodes.Count, configuration.Nodes.Maximum, 60, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
}
