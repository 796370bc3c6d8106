using Byon.Platform.Control;

namespace Byon.Functions.Nodes;

internal enum NodeReach
{
    Answered,

    /// <summary>No connection: the node has done nothing, another may be asked.</summary>
    NotReached,

    /// <summary>Connected but no usable answer: the node may or may not have done it.</summary>
    NoAnswer,
}

/// <summary>What came of a command: the record as the node wrote it, the node's refusal, or no answer.</summary>
internal readonly record struct NodeReply<T>(NodeReach Reach, T? Value, ControlProblem? Refusal) where T : class
{
    public static NodeReply<T> Failed(NodeReach reach) => new(reach, null, null);

    /// <summary>The failure as the API tells it; null for success.</summary>
    public Problem? Problem => this switch
    {
        { Reach: not NodeReach.Answered } => Problems.Unavailable("The media node did not answer."),
        { Refusal: { } refusal } => Problems.Of(refusal),
        _ => null,
    };

    public Outcome<T> Outcome => new(Value, Problem);

    /// <summary>Another node may be asked without doing anything twice.</summary>
    public bool MayGoElsewhere => Reach == NodeReach.NotReached || Refusal?.Fault == ControlFault.AtCapacity;
}

/// <summary>The answer of a command that has nothing to say.</summary>
internal sealed class Nothing
{
    public static readonly Nothing Value = new();
}
