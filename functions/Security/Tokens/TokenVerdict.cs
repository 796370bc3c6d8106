namespace Byon.Functions.Security.Tokens;

/// <summary>Either who a token speaks for, or why it is not accepted.</summary>
internal readonly record struct TokenVerdict(Caller? Caller, Problem? Refusal)
{
    public static TokenVerdict Of(Caller caller) => new(caller, null);

    /// <summary>401: the token is at fault.</summary>
    public static TokenVerdict Invalid(string why) => new(null, Problems.InvalidToken(why));

    /// <summary>503: nobody can tell now.</summary>
    public static TokenVerdict Unknown() => new(null, Problems.Unavailable("The token issuer cannot be reached."));
}
