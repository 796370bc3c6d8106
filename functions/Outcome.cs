namespace Byon.Functions;

/// <summary>What came of a domain operation: its result, or the problem that the API tells.</summary>
internal readonly record struct Outcome<T>(T? Value, Problem? Problem) where T : class
{
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Problem problem) => new(null, problem);

    /// <summary>The result in the form of a surface.</summary>
    public IResult Answer(Func<T, IResult> write) => Value is { } value ? write(value) : Problem!;
}
