using System.Text;
using Azure;
using Azure.Data.Tables;

namespace Byon.Platform.Stores;

/// <summary>Reading and writing properties of rows.</summary>
internal static class TableEntityExtensions
{
    private const int LargestProperty = 64 * 1024;

    /// <summary>A property that every row of its kind has.</summary>
    public static string Text(this TableEntity row, string name) => row.GetString(name) ?? throw Missing(name);

    public static DateTimeOffset Time(this TableEntity row, string name) => row.GetDateTimeOffset(name) ?? throw Missing(name);

    public static T Choice<T>(this TableEntity row, string name) where T : struct, Enum => Enum.Parse<T>(row.Text(name));

    public static string? LongText(this TableEntity row, string name) => row.GetBinary(name) is { } octets ? Encoding.UTF8.GetString(octets) : null;

    /// <summary>Long text goes into a binary property: 64 KiB of UTF-8, where a string property would hold 32 Ki characters.</summary>
    /// <exception cref="ArgumentException">It is longer than that.</exception>
    public static void SetLongText(this TableEntity row, string name, string? text)
    {
        if (text is null)
            return;
        var octets = Encoding.UTF8.GetBytes(text);
        row[name] = octets.Length <= LargestProperty ? octets : throw new ArgumentException($"{name} is longer than {LargestProperty} octets.", nameof(text));
    }

    public static async Task<TableEntity?> FindAsync(
        this TableClient table, string partitionKey, string rowKey, CancellationToken cancel)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, cancellationToken: cancel);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>The row was not as the condition or the key demanded: somebody else wrote, or our own first try did.</summary>
    public static bool IsConflict(this RequestFailedException failure) => failure.Status is 404 or 409 or 412;

    private static InvalidOperationException Missing(string name) => new($"A row lacks its property {name}.");
}
