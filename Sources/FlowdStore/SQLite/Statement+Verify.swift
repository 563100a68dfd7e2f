internal import CSQLite

extension Statement {
  /// Compares the row at hand with its checksum.
  ///
  /// - Parameters:
  ///   - columns: How many, from column 0 on, in the order in which they were bound; the checksum follows them. One of
  ///     NULL was written before there were checksums.
  ///   - added: How many of them, the last ones, a later version added: NULL in a row of an earlier one, whose checksum
  ///     knows nothing of them.
  ///   - sum: What `bindChecksum` was given.
  ///   - table: For the message, with the values of the `key` columns.
  /// - Throws: `.corrupt`, naming the row.
  func verify(
    columns: Int32, added: Int32 = 0, of table: String, key: ClosedRange<Int32>, with sum: Int64 = 0
  ) throws(StoreError) {
    if isNull(columns) { return }
    let isOld = added > 0 && (columns - added..<columns).allSatisfy(isNull)
    guard checksum(ofColumns: isOld ? columns - added : columns) ^ sum == int64(columns) else {
      let key = key.map { text($0) }.joined(separator: ", ")
      throw StoreError(
        kind: .corrupt, message: "the row (\(key)) of table \(table) is damaged: it does not match its checksum")
    }
  }

  /// Of the first columns of the row at hand.
  func checksum(ofColumns count: Int32) -> Int64 {
    var checksum = RowChecksum()
    for column in 0..<count {
      switch sqlite3_column_type(handle, column) {
      case SQLITE_NULL: checksum.add(nil)
      case SQLITE_TEXT: checksum.add(text: rawBytes(column))
      case SQLITE_BLOB: checksum.add(blob: rawBytes(column))
      default: checksum.add(int64(column))
      }
    }
    return checksum.value
  }

  private func rawBytes(_ column: Int32) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: sqlite3_column_blob(handle, column), count: Int(sqlite3_column_bytes(handle, column)))
  }
}
